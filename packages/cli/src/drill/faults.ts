import { rm, writeFile } from 'node:fs/promises';
import type { PeerAnswer, TestPeer } from '../test-production/index.ts';
import type { DrilledProcess, DrillFolder } from './drilled-process.ts';

/** What a fault is played on. */
export interface Stage {
  readonly process: DrilledProcess;
  readonly folder: DrillFolder;
  readonly peers: readonly TestPeer[];
  /** Images that a service is sent. */
  readonly images: number;
  /** A number from 0 to 1, by the seed. */
  random(): number;
}

/** A fault that a drill plays. */
export interface Fault {
  readonly name: string;
  /** What happens, for people. */
  readonly text: string;
  /** Whether it is a fault of the peers that images are sent on to. */
  readonly isOfPeers: boolean;
  /** Begins it; `end` ends it, and `isMet` says whether something has come upon it. */
  begin(stage: Stage): Promise<PlayedFault>;
}

/** A fault that has begun. */
export interface PlayedFault {
  isMet(): boolean;
  end(): Promise<void>;
}

const outOfResources = { status: 0xa700 };
const success = { status: 0x0000 };

/** In the order in which they are played. The first is none: what comes of images when nothing is wrong. */
export const faults: readonly Fault[] = [
  {
    name: 'calm',
    text: 'nothing is wrong: where images go',
    isOfPeers: false,
    begin: async () => ({ isMet: () => true, end: async () => undefined }),
  },
  {
    name: 'refuse',
    text: 'the targets refuse associations',
    isOfPeers: true,
    begin: async ({ peers }) => answering(peers, () => ['refuse']),
  },
  {
    name: 'abort',
    text: 'the targets abort in the middle of a study, twice',
    isOfPeers: true,
    begin: async ({ peers, images, random }) =>
      answering(peers, () => {
        const before = Math.floor(random() * images);
        return [...Array.from({ length: before }, () => success), 'abort', 'abort', success];
      }),
  },
  {
    name: 'failure',
    text: 'the targets answer A700, out of resources',
    isOfPeers: true,
    begin: async ({ peers }) => answering(peers, () => [outOfResources]),
  },
  {
    name: 'silence',
    text: 'the targets take an image and never answer',
    isOfPeers: true,
    begin: async ({ peers }) => answering(peers, () => ['silence', success]),
  },
  {
    name: 'lie',
    text: 'the targets answer Success and keep nothing',
    isOfPeers: true,
    begin: async ({ peers }) => answering(peers, () => [success]),
  },
  {
    name: 'disk',
    text: 'the disk of the documents is full',
    isOfPeers: false,
    async begin({ folder }) {
      await writeFile(folder.diskFull, '');
      return { isMet: () => true, end: () => rm(folder.diskFull, { force: true }) };
    },
  },
  {
    name: 'redis',
    text: 'Redis is killed',
    isOfPeers: false,
    async begin({ process, random }) {
      const killed = after(50 + 450 * random(), () => process.killRedis());
      return { isMet: () => true, end: () => killed };
    },
  },
  {
    name: 'kill',
    text: 'the production is killed (kill -9) and started again',
    isOfPeers: false,
    async begin({ process, random }) {
      const killed = after(50 + 450 * random(), () => process.kill());
      return {
        isMet: () => true,
        async end() {
          await killed;
          await process.start();
        },
      };
    },
  },
];

function answering(peers: readonly TestPeer[], script: () => readonly PeerAnswer[]): PlayedFault {
  const before = peers.map(metBy);
  for (const peer of peers) peer.answer(...script());
  return {
    isMet: () => peers.some((peer, index) => metBy(peer) > (before[index] ?? 0)),
    async end() {
      for (const peer of peers) peer.answer();
    },
  };
}

function metBy({ received, refused }: TestPeer): number {
  return refused + received.length;
}

async function after(milliseconds: number, act: () => Promise<void>): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  await act();
}
