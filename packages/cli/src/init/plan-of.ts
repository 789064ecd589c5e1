import { basename, resolve } from 'node:path';
import { EngineError } from '@consort/core';
import { checkAeTitle, parseAddress } from '../send/peer.ts';
import { note } from '../terminal/print.ts';
import { usual, type Plan, type ReceivePlan, type SendPlan } from './plan.ts';

/** What the command line says of a new production. */
export interface InitOptions {
  readonly receive?: string;
  readonly port?: string;
  readonly localAet?: string;
  readonly remoteAet?: string;
  readonly from?: string;
  readonly send?: string;
  readonly to?: string;
}

/** Asks a person one thing; resolves with his answer, or with what is usual when he gives none. */
export type Ask = (question: string, usual: string) => Promise<string>;

/**
 * Makes the plan of a new production: from the command line, and what it does not say from a person.
 * @param ask absent: what is usual is taken
 * @throws EngineError USAGE for a value that does not fit; a person is asked again
 */
export async function planOf(
  folder: string | undefined,
  options: InitOptions,
  ask: Ask | undefined,
): Promise<Plan> {
  const chosen = await settle(folder, 'Its folder and name', usual.folder, nameOf, ask);
  const receive = await receivePlan(options, ask);
  const send = await sendPlan(options, ask);
  return { ...chosen, receive, send };
}

async function receivePlan(options: InitOptions, ask: Ask | undefined): Promise<ReceivePlan> {
  const kind = await settle(
    options.receive,
    'Images come from a DICOM peer (dicom) or are put into a folder (folder)',
    usual.receive,
    (text) => oneOf('--receive', text),
    ask,
  );
  if (kind === 'folder') {
    const asked = 'The folder that is watched';
    return { from: 'folder', folder: await settle(options.from, asked, usual.from, folderOf, ask) };
  }
  const { port, localAet, remoteAet } = options;
  return {
    from: 'dicom',
    port: await settle(port, 'The port to listen on', usual.port, portOf, ask),
    localAet: await settle(localAet, 'Its own AE title', usual.localAet, titleOf, ask),
    remoteAet: await settle(
      remoteAet,
      'The AE title that may send (* is anybody)',
      usual.remoteAet,
      titleOf,
      ask,
    ),
  };
}

async function sendPlan({ send, to }: InitOptions, ask: Ask | undefined): Promise<SendPlan> {
  const kind = await settle(
    send,
    'They go into a folder (folder) or to a DICOM peer (dicom)',
    usual.send,
    (text) => oneOf('--send', text),
    ask,
  );
  if (kind === 'folder') {
    const asked = 'The folder they go into';
    return { to: 'folder', folder: await settle(to, asked, usual.directory, folderOf, ask) };
  }
  const address = await settle(to, 'The peer, as AET@HOST:PORT', usual.peer, parseAddress, ask);
  const { host, port, calledAeTitle } = address;
  return { to: 'dicom', host, port, aeTitle: calledAeTitle };
}

/** Reads a value: the one given, the usual one, or what a person answers until it fits. */
async function settle<Value>(
  given: string | undefined,
  question: string,
  usually: string,
  read: (text: string) => Value,
  ask: Ask | undefined,
): Promise<Value> {
  if (given !== undefined || !ask) return read(given ?? usually);
  for (;;) {
    const answer = await ask(question, usually);
    try {
      return read(answer);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      note(error.message);
    }
  }
}

function nameOf(folder: string): Pick<Plan, 'folder' | 'name'> {
  return { folder, name: basename(resolve(folder)) || usual.folder };
}

function oneOf(flag: string, text: string): 'dicom' | 'folder' {
  if (text === 'dicom' || text === 'folder') return text;
  throw unfit(`${flag} ${JSON.stringify(text)} is neither dicom nor folder`);
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port > 0 && port <= 65_535) return port;
  throw unfit(`${JSON.stringify(text)} is no port; write a number from 1 to 65535`);
}

function titleOf(text: string): string {
  checkAeTitle(text);
  return text;
}

/** What would mean something else in a production file or a shell is left to whoever edits them. */
function folderOf(text: string): string {
  if (/^[\p{L}\p{N}_./-]+$/u.test(text)) return text;
  throw unfit(
    `${JSON.stringify(text)} is no path of letters, digits, . _ - and /; take one, and write another into production.yaml`,
  );
}

function unfit(text: string): EngineError {
  return new EngineError('USAGE', text);
}
