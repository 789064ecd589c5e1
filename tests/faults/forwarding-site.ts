import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageHeader, Receipt } from '@consort/core';
import { openMessageReader } from '@consort/store';
import { freePort, type RecordedObject } from '@consort/testing/consort';
import { allMessages } from '../durability/proof.ts';
import { whatIsWrongInside } from './reconcile.ts';
import { openSite, type Site } from './site.ts';

/** A place where a production sends on what it is sent, one image at a time, and its peer does harm. */
export interface ForwardingSite extends Omit<Site, 'received'> {
  /** What was sent to the operation and what became of it, in the order of its queue. */
  sent(): Promise<readonly SentOn[]>;
  /** Why the operation tried again: each code once. */
  reasons(): Promise<readonly string[]>;
}

/** An image in the hands of the operation. */
export interface SentOn {
  readonly header: MessageHeader;
  readonly digest: string;
  readonly receipts: readonly Receipt[];
}

/** What the peer's side knows, and what the scenario allows. */
export interface Expected {
  /** The data sets that went to the peer whole, in the order of their ends. */
  readonly objects: readonly Pick<RecordedObject, 'digest'>[];
  /** How many of them may be there twice: one for each fault. */
  readonly mostTwice: number;
  /** Codes with which an image may have been given up. */
  readonly codes?: readonly string[];
}

const file = new URL('../sending/production.yaml', import.meta.url).pathname;

/** Makes one with so many images to send; the production's peer listens on a port of this machine. */
export async function makeForwardingSite(
  count: number,
  peerPort: number,
  expected: () => Expected,
  settings: NodeJS.ProcessEnv = {},
): Promise<ForwardingSite> {
  const folder = await mkdtemp(join(tmpdir(), 'consort-faults-'));
  const data = join(folder, 'data');
  const port = await freePort();
  const env = {
    DOOR_PORT: String(port),
    PEER_PORT: String(peerPort),
    ACKNOWLEDGE: 'stored',
    PROCESS_POOL_SIZE: '1',
    RETRY: '-1',
    ...settings,
  };
  const sent = () => sentOn(data);
  const site = await openSite({
    folder,
    file,
    env,
    port,
    count,
    look: async (rows) => {
      const taken = rows.filter(({ outcome }) => outcome === 'taken').map(({ digest }) => digest);
      const known = rows.map(({ digest }) => digest);
      return [
        ...(await whatIsWrongInside(data, rows)),
        ...sentWrong(await sent(), taken, known, expected()),
      ];
    },
  });
  return { ...site, sent, reasons: () => reasonsIn(data) };
}

async function reasonsIn(data: string): Promise<readonly string[]> {
  const reader = await openMessageReader(data);
  const warnings = await reader.events({ type: 'Warning', limit: 500 });
  await reader.close();
  const own = warnings.filter(({ host }) => host === 'PACS').map(({ code }) => code);
  return [...new Set(own)];
}

async function sentOn(data: string): Promise<readonly SentOn[]> {
  const reader = await openMessageReader(data);
  const requests = (await allMessages(reader, 'PACS'))
    .filter(({ type }) => type === 'Request')
    .toSorted((one, other) => one.id - other.id);
  const found: SentOn[] = [];
  for (const { id, sessionId } of requests) {
    const legs = await reader.legs(sessionId);
    const leg = legs.find(({ header }) => header.id === id);
    const message = await reader.message(id);
    const digest = message?.body?.document?.digest ?? '';
    if (message) found.push({ header: message.header, digest, receipts: leg?.receipts ?? [] });
  }
  await reader.close();
  return found;
}

function sentWrong(
  sent: readonly SentOn[],
  taken: readonly string[],
  known: readonly string[],
  { objects, mostTwice, codes = [] }: Expected,
): readonly string[] {
  const arrived = objects.map(({ digest }) => digest);
  const first = [...new Set(arrived)];
  const completed = sent.filter(({ header }) => header.status === 'Completed');
  const delivered = new Set(completed.map(({ digest }) => digest));
  const inQueue = [...delivered];
  const twice = arrived.length - first.length;
  // An image whose sender heard nothing is sent again: two messages, each of which brings it.
  const resent = completed.length - delivered.size;
  return [
    ...taken
      .filter((digest) => !sent.some((one) => one.digest === digest))
      .map((digest) => `image ${short(digest)} was taken and never sent on`),
    ...completed
      .filter(({ digest }) => !arrived.includes(digest))
      .map(({ header }) => `message ${header.id} is Completed and the peer has no such data set`),
    ...completed
      .filter(({ receipts }) => receipts.length !== 1)
      .map(({ header, receipts }) => `message ${header.id} has ${receipts.length} receipts`),
    ...sent
      .filter(({ header }) => header.isError && !codes.includes(header.errorStatus?.code ?? ''))
      .map(({ header }) => `message ${header.id} failed with ${header.errorStatus?.code}`),
    ...first
      .filter((digest) => !known.includes(digest))
      .map((digest) => `${short(digest)} was never sent`),
    ...(twice > mostTwice + resent
      ? [`${twice} data sets came again, with ${mostTwice} faults and ${resent} sent again to us`]
      : []),
    ...(inQueue.join() === first.filter((digest) => delivered.has(digest)).join()
      ? []
      : ['the images came in another order than they were queued']),
  ];
}

function short(digest: string): string {
  return digest.slice(0, 12);
}
