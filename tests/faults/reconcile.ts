import Database from 'better-sqlite3';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Message, MessageReader } from '@consort/core';
import { inspectDocuments, openMessageReader } from '@consort/store';
import { receivedFiles } from '@consort/testing/consort';
import type { LedgerRow } from './ledger.ts';

/** What is compared: what senders know, and what a stopped production has left on disk. */
export interface Ends {
  readonly data: string;
  /** The folder of its file operation. */
  readonly received: string;
  readonly rows: readonly LedgerRow[];
}

/** What a scenario explains beyond the rules. */
export interface Exceptions {
  /** Rows with a status that refuses whose image may have been recorded all the same: nobody can know. */
  readonly mayBeRecorded?: (row: LedgerRow) => boolean;
}

/** An image that came in: the first leg of a session, and what became of it. */
interface Arrived {
  readonly digest: string;
  readonly answeredStatus: string | undefined;
  /** The files that its completed legs name. */
  readonly paths: readonly string[];
}

/**
 * Compares both ends of a production that has been idle and is stopped; each line of the result is something that
 * is not as it has to be.
 */
export async function whatIsWrong(
  { data, received, rows }: Ends,
  { mayBeRecorded = () => false }: Exceptions = {},
): Promise<readonly string[]> {
  const reader = await openMessageReader(data);
  const legs = await everySession(reader);
  const arrived = legs.flatMap(arrivedIn);
  const resent = (await filesOfResent(reader, legs)).map((name) => resolve(received, name));
  await reader.close();
  return [
    ...(await whatIsWrongInside(data, rows)),
    ...countedWrong(rows, arrived, mayBeRecorded),
    ...(await filesWrong(received, rows, arrived, resent)),
    ...(await draftsIn(received)),
  ];
}

/** What is wrong within a stopped production, wherever its images go: messages, documents, database. */
export async function whatIsWrongInside(
  data: string,
  rows: readonly LedgerRow[],
): Promise<readonly string[]> {
  const reader = await openMessageReader(data);
  const legs = await everySession(reader);
  await reader.close();
  return [
    ...unfinished(legs.flat()),
    ...(await leftoversOf(data)),
    ...(await documentsWrong(data, rows)),
    ...databaseWrong(data),
  ];
}

async function everySession(reader: MessageReader): Promise<readonly (readonly Message[])[]> {
  const ids = new Set<number>();
  for (let before: number | undefined; ;) {
    const page = await reader.messages({ limit: 500, ...(before ? { before } : {}) });
    for (const { sessionId } of page) ids.add(sessionId);
    before = page.at(-1)?.id;
    if (before === undefined) break;
  }
  const sessions: (readonly Message[])[] = [];
  for (const id of ids) sessions.push(await reader.session(id));
  return sessions;
}

function arrivedIn(legs: readonly Message[]): readonly Arrived[] {
  const first = legs.find(({ header }) => header.id === header.sessionId);
  const digest = first?.body?.document?.digest;
  if (!first || digest === undefined) return [];
  const done = new Set(
    legs
      .filter(({ header }) => header.type === 'Request' && header.status === 'Completed')
      .map(({ header }) => header.id),
  );
  const paths = legs.flatMap(({ header, body }) =>
    header.type === 'Response' &&
    done.has(header.correspondingMessageId ?? 0) &&
    body?.type === 'dicom.file'
      ? [body['path'] as string]
      : [],
  );
  const status = first.header.answered?.status;
  return [{ digest, answeredStatus: status, paths }];
}

/** The files of messages that an operator has sent again: nobody waits for their response, so their receipts name them. */
async function filesOfResent(
  reader: MessageReader,
  sessions: readonly (readonly Message[])[],
): Promise<readonly string[]> {
  const resent = sessions.filter((legs) => legs.some(({ header }) => header.resent !== undefined));
  const paths: string[] = [];
  for (const [first] of resent) {
    for (const { header, receipts } of await reader.legs(first?.header.sessionId ?? 0)) {
      if (header.resent === undefined) continue;
      paths.push(...receipts.map(({ peer }) => peer.replace(/^file:/, '')));
    }
  }
  return paths;
}

const ends: ReadonlySet<string> = new Set(['Completed', 'Error', 'Discarded', 'Aborted']);

function unfinished(legs: readonly Message[]): readonly string[] {
  return legs
    .filter(({ header }) => !ends.has(header.status))
    .map(({ header }) => `message ${header.id} is ${header.status}`);
}

/**
 * An image has one message for each time its sender was told Success. It may have one more for each time nobody
 * heard an answer, and for each refusal that the record has too.
 */
function countedWrong(
  rows: readonly LedgerRow[],
  arrived: readonly Arrived[],
  mayBeRecorded: (row: LedgerRow) => boolean,
): readonly string[] {
  const sent = new Set(rows.map(({ digest }) => digest));
  const strange = arrived
    .filter(({ digest }) => !sent.has(digest))
    .map(({ digest }) => `document ${short(digest)} was never sent`);
  const wrong = [...sent].flatMap((digest) => {
    const own = rows.filter((row) => row.digest === digest);
    const messages = arrived.filter((one) => one.digest === digest);
    const taken = own.filter(({ outcome }) => outcome === 'taken').length;
    const refused = messages.filter(
      ({ answeredStatus }) => answeredStatus !== undefined && answeredStatus !== '0000',
    ).length;
    const unsure = own.filter((row) => row.outcome === 'unknown' || mayBeRecorded(row)).length;
    const most = taken + unsure + refused;
    if (messages.length >= taken && messages.length <= most) return [];
    return [
      `image ${short(digest)} was taken ${taken} times and has ${messages.length} messages, not ${taken} to ${most}`,
    ];
  });
  return [...strange, ...wrong];
}

/** Every image that was taken is in a file, each file is the work of one message, and nothing else is there. */
async function filesWrong(
  received: string,
  rows: readonly LedgerRow[],
  arrived: readonly Arrived[],
  resent: readonly string[],
): Promise<readonly string[]> {
  const files = new Map((await receivedFiles(received)).map(({ name, digest }) => [name, digest]));
  const present = new Set(files.values());
  const named = arrived.flatMap(({ digest, paths }) => paths.map((path) => ({ digest, path })));
  const namedPaths = new Set(named.map(({ path }) => path));
  return [
    ...rows
      .filter(({ outcome, digest }) => outcome === 'taken' && !present.has(digest))
      .map(
        ({ number, digest }) => `object ${number}, ${short(digest)}, was taken and is in no file`,
      ),
    ...named
      .filter(({ path, digest }) => files.get(path) !== digest)
      .map(({ path }) => `${path} is not there, or not what its message says`),
    ...[...files.keys()]
      .filter((name) => !namedPaths.has(name) && !resent.includes(name))
      .map((name) => `${name} is no message's work`),
    ...resent
      .filter((path) => !files.has(path))
      .map((path) => `${path} was written anew and is not there`),
    ...(new Set([...namedPaths, ...resent]).size < named.length + resent.length
      ? ['two messages name the same file']
      : []),
  ];
}

async function leftoversOf(data: string): Promise<readonly string[]> {
  const documents = join(data, 'documents');
  const inside = async (folder: string) =>
    (await readdir(folder)).map((name) => join(folder, name));
  const names = [
    ...(await inside(join(documents, 'tmp'))),
    ...(await inside(join(documents, 'removed'))),
    ...(await inside(data)).filter((name) => name.includes('messages.db.new')),
  ];
  return names.map((name) => `${name} is left over`);
}

async function draftsIn(received: string): Promise<readonly string[]> {
  const names = await readdir(received, { recursive: true });
  return names.filter((name) => name.endsWith('.part')).map((name) => `${name} is left over`);
}

/** Only what a sender never got an answer for may be a document without a message: see `production doctor`. */
async function documentsWrong(
  data: string,
  rows: readonly LedgerRow[],
): Promise<readonly string[]> {
  // Documents of the last minutes are looked at too.
  const now = new Date(Date.now() + 3_600_000);
  const { missing, corrupt, unnamed } = await inspectDocuments(data, { now, isDeep: true });
  const unsure = new Set(
    rows.filter(({ outcome }) => outcome !== 'taken').map(({ digest }) => digest),
  );
  return [
    ...missing.map(({ digest }) => `document ${short(digest)} is missing`),
    ...corrupt.map(({ digest }) => `document ${short(digest)} is corrupt`),
    ...unnamed.paths
      .filter((path) => !unsure.has(path.slice(-64)))
      .map((path) => `${path} has no message`),
  ];
}

function databaseWrong(data: string): readonly string[] {
  const database = new Database(join(data, 'messages.db'), { readonly: true });
  try {
    const lines = database.prepare<[], string>('PRAGMA integrity_check').pluck().all();
    const strays = database.prepare('PRAGMA foreign_key_check').all();
    return [
      ...lines.filter((line) => line !== 'ok').map((line) => `integrity_check: ${line}`),
      ...strays.map((stray) => `foreign_key_check: ${JSON.stringify(stray)}`),
    ];
  } finally {
    database.close();
  }
}

function short(digest: string): string {
  return digest.slice(0, 12);
}
