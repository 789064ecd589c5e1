/** What somebody did, or saw of patient data. Never a value of a data element. */
export interface AuditEntry {
  readonly user: string;
  /** An IP address; `local` for the command line. */
  readonly from: string;
  /** The name of what was asked for, `actOnMessages` say. */
  readonly action: string;
  /** What it was done to: numbers of messages, names of hosts. */
  readonly what: string;
  /** `done`, or the code of the error. */
  readonly result: string;
}

/** An entry of the audit trail. `time` is ISO 8601, UTC. */
export interface RecordedAuditEntry extends AuditEntry {
  readonly id: number;
  readonly time: string;
}

/** Which entries to list; all that are given must hold. Newest first. */
export interface AuditFilter {
  readonly user?: string;
  /** ISO 8601. */
  readonly since?: string;
  readonly until?: string;
  /** Only entries with a smaller id: the next page. */
  readonly before?: number;
  /** At most this many; default 50. */
  readonly limit?: number;
}

/** Reads the audit trail. */
export interface AuditReader {
  auditTrail(filter?: AuditFilter): Promise<readonly RecordedAuditEntry[]>;
}

/** Writes it; part of `MessageStore`. Nothing changes or removes an entry. */
export interface AuditCalls {
  audit(entry: AuditEntry): Promise<void>;
}
