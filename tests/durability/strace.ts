import { readFile } from 'node:fs/promises';

/** A system call that ended, in the order in which they ended. */
export interface SystemCall {
  readonly name: string;
  /** As strace prints them, file descriptors with their paths. */
  readonly args: string;
}

/** The calls that must have ended, in this order, before the response is written. */
export interface Step {
  readonly what: string;
  readonly matches: (call: SystemCall) => boolean;
}

const isSync = ({ name }: SystemCall) => name === 'fsync' || name === 'fdatasync';
/** Makes what tells the sync of a file or folder. */
export const isSyncOf = (path: RegExp) => (call: SystemCall) =>
  isSync(call) && path.test(call.args);

/** The document is in the store. */
export const document: readonly Step[] = [
  { what: 'fsync of the document', matches: isSyncOf(/\/documents\/tmp\/[^/>]+>/) },
  {
    what: 'rename of the document',
    matches: ({ name, args }) =>
      name.startsWith('rename') && /\/documents\/[0-9a-f]{2}\/[0-9a-f]{64}"/.test(args),
  },
  { what: "fsync of the document's directory", matches: isSyncOf(/\/documents\/[0-9a-f]{2}>/) },
];
/** The record has the message. */
export const log: Step = {
  what: 'fsync of the database log',
  matches: isSyncOf(/\/messages\.db-wal>/),
};
/** What stands before a Success under `acknowledge: completed`. The record has the document, and the operation has read it; these two go on side by side. */
export const chains: readonly (readonly Step[])[] = [
  [...document, log],
  [
    ...document,
    { what: "fsync of the operation's file", matches: isSyncOf(/\/received\/[^/>]+\.part>/) },
    {
      what: "link of the operation's file",
      matches: ({ name, args }) => name.startsWith('link') && /\/received\/[^/"]+\.dcm"/.test(args),
    },
    { what: "fsync of the operation's directory", matches: isSyncOf(/\/received>/) },
  ],
];

/** A P-DATA-TF on the socket: the C-STORE response. */
export const isResponse = ({ name, args }: SystemCall) =>
  /^(write|writev|sendto|sendmsg)$/.test(name) && /^\d+<TCP/.test(args) && /"\\4\\0/.test(args);

/** Reads the output of `strace -f -yy`; calls that other threads interrupted count where they resumed. */
export async function readStrace(file: string): Promise<readonly SystemCall[]> {
  const begun = new Map<string, string>();
  const calls: SystemCall[] = [];
  for (const line of (await readFile(file, 'utf8')).split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const unfinished = /^(\w+)\((.*) <unfinished \.\.\.>$/.exec(rest);
    if (unfinished) {
      begun.set(thread, unfinished[2] ?? '');
      continue;
    }
    const resumed = /^<\.\.\. (\w+) resumed>(.*)$/.exec(rest);
    if (resumed) {
      calls.push({ name: resumed[1] ?? '', args: `${begun.get(thread) ?? ''}${resumed[2]}` });
      continue;
    }
    const whole = /^(\w+)\((.*)$/.exec(rest);
    if (whole) calls.push({ name: whole[1] ?? '', args: whole[2] ?? '' });
  }
  return calls.filter(({ args }) => !/= -1 E/.test(args));
}

/**
 * The steps that are missing, or come after the response, each in words; none when all is well.
 * A step must be found after the one before it.
 */
export function missingSteps(
  calls: readonly SystemCall[],
  steps: readonly Step[],
  response: (call: SystemCall) => boolean,
): readonly string[] {
  const end = calls.findLastIndex(response);
  if (end < 0) return ['the response'];
  const missing: string[] = [];
  let from = 0;
  for (const { what, matches } of steps) {
    const found = calls.findIndex((call, index) => index >= from && index < end && matches(call));
    if (found < 0) missing.push(what);
    else from = found + 1;
  }
  return missing;
}
