import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '@consort/core';
import { dataSetDigest } from '@consort/dicom/part10';
import { sendFiles, type Peer } from '@consort/testing/consort';

/** One object that was sent, and what its sender was told about it. */
export interface LedgerRow {
  readonly number: number;
  readonly file: string;
  /** SHA-256 of its data set. */
  readonly digest: string;
  /** Success; a status that refuses; no answer, so that nobody can know; or no connection at all. */
  readonly outcome: 'taken' | 'refused' | 'unknown' | 'unsent';
  readonly status?: number;
}

/** A sender that writes down each object before it sends it, and again with what it was told. */
export interface Ledger {
  /** What has been sent and has come to an end, in that order. */
  readonly rows: readonly LedgerRow[];
  /** Sends a file on an association of its own; never rejects. */
  send(peer: Peer, file: string): Promise<LedgerRow>;
  /** Sends files, so many at a time; by default one after the other. */
  sendAll(peer: Peer, files: readonly string[], lanes?: number): Promise<readonly LedgerRow[]>;
  /** Resolves once so many objects have come to an end. */
  reached(count: number): Promise<void>;
  /** The files that were sent and never taken, each once: what a sender sends again. */
  owed(): readonly string[];
}

/** Begins a ledger; every line of it is also a line of JSON in a file, for whoever looks at a failure. */
export function openLedger(path: string): Ledger {
  const rows: LedgerRow[] = [];
  let number = 0;
  const note = (line: object) => appendFile(path, `${JSON.stringify(line)}\n`);

  async function send(peer: Peer, file: string): Promise<LedgerRow> {
    const sending = { number: ++number, file, digest: await dataSetDigest(file) };
    await note({ ...sending, at: new Date().toISOString() });
    const [sent] = await sendFiles(peer, [file]);
    const { status, error } = sent ?? {};
    const isUnsent = error instanceof EngineError && error.code === 'PEER_UNREACHABLE';
    const outcome = isUnsent ? 'unsent' : outcomeOf(status);
    const row = { ...sending, outcome, ...(status === undefined ? {} : { status }) } as const;
    await note({ ...row, at: new Date().toISOString(), error: error?.message });
    rows.push(row);
    return row;
  }

  return {
    rows,
    send,
    async sendAll(peer, files, lanes = 1) {
      const left = [...files];
      const sent: LedgerRow[] = [];
      const lane = async () => {
        for (let file = left.shift(); file !== undefined; file = left.shift()) {
          sent.push(await send(peer, file));
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
      return sent;
    },
    async reached(count) {
      while (rows.length < count) await sleep(5);
    },
    owed() {
      const taken = new Set(
        rows.filter(({ outcome }) => outcome === 'taken').map(({ file }) => file),
      );
      return [...new Set(rows.map(({ file }) => file))].filter((file) => !taken.has(file));
    },
  };
}

/** What a sender knows of an object that was answered with a status, or not at all. */
export function outcomeOf(status: number | undefined): 'taken' | 'refused' | 'unknown' {
  if (status === undefined) return 'unknown';
  return status === 0 ? 'taken' : 'refused';
}
