import { appendFile } from 'node:fs/promises';
import { dataSetDigest } from '@consort/dicom/part10';
import { sendFiles, type Peer } from '@consort/testing';

/** One object that was sent, and what its sender was told about it. */
export interface LedgerRow {
  readonly number: number;
  readonly file: string;
  /** SHA-256 of its data set. */
  readonly digest: string;
  /** Success; a status that refuses; or no answer, so that nobody can know. */
  readonly outcome: 'taken' | 'refused' | 'unknown';
  readonly status?: number;
}

/** A sender that writes down each object before it sends it, and again with what it was told. */
export interface Ledger {
  /** What has been sent and has come to an end, in that order. */
  readonly rows: readonly LedgerRow[];
  /** Sends a file on an association of its own; never rejects. */
  send(peer: Peer, file: string): Promise<LedgerRow>;
  /** Sends files one after the other. */
  sendAll(peer: Peer, files: readonly string[]): Promise<readonly LedgerRow[]>;
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
    const { status } = sent ?? {};
    const outcome = status === undefined ? 'unknown' : status === 0 ? 'taken' : 'refused';
    const row = { ...sending, outcome, ...(status === undefined ? {} : { status }) } as const;
    await note({ ...row, at: new Date().toISOString(), error: sent?.error?.message });
    rows.push(row);
    return row;
  }

  return {
    rows,
    send,
    async sendAll(peer, files) {
      const sent: LedgerRow[] = [];
      for (const file of files) sent.push(await send(peer, file));
      return sent;
    },
    owed() {
      const taken = new Set(
        rows.filter(({ outcome }) => outcome === 'taken').map(({ file }) => file),
      );
      return [...new Set(rows.map(({ file }) => file))].filter((file) => !taken.has(file));
    },
  };
}
