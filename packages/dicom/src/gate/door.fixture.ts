import { createHash } from 'node:crypto';
import type { ServiceContext } from '@consort/core';
import {
  inShort,
  startParrot,
  words,
  type AssociateWords,
  type Parrot,
} from '@consort/testing/consort';
import { admission } from '../admission.ts';
import type { Limits } from '../association/limits.ts';
import type { Refusals } from '../refusals.ts';
import type { TcpServiceSettings } from '../tcp-service.ts';
import type { ServiceClassName } from '../service-classes.ts';
import { openDoor, type Ending, type PeerInfo, type StoreReply } from './door.ts';
import type { OperationReply, OperationRequest, Wishes as OperationWishes } from './operation.ts';

/** A door that lets PARROT in when it calls CONSORT, and what came through it. */
export interface WatchedDoor extends AsyncDisposable {
  readonly port: number;
  /** The digest of every data set that came whole, in the order of their ends. */
  readonly stored: readonly string[];
  /** How many data sets were begun, and how many of them given up. */
  readonly counts: { begun: number; discarded: number };
  /** What became of the answers. */
  readonly told: readonly string[];
  /** What a handler or receiver threw. */
  readonly failures: readonly unknown[];
  /** How many associations there are at this moment. */
  associations(): number;
  /** Whose connections ended, in the order of their ends. */
  readonly peers: readonly PeerInfo[];
  /** Resolves with the endings of all connections once there are so many. */
  ended(count: number): Promise<readonly Ending[]>;
}

/** Refusals that nobody is told of. */
export const unheard: Refusals = {
  title() {},
  address() {},
  user() {},
  certificate() {},
  contexts() {},
  ended() {},
};

/** What a test wants otherwise. */
export interface Wishes {
  readonly limits?: Partial<Limits>;
  readonly maxAssociations?: number;
  /** Comes before each decision on an association. */
  admit?(): Promise<void>;
  /** Comes before each part of a data set is taken. */
  write?(): Promise<void>;
  /** How many presentation contexts an association may propose. */
  readonly contexts?: number;
  /** The answer to each image; Success unless told otherwise. */
  end?(signal: AbortSignal): Promise<StoreReply>;
  /** Storage and Verification unless told otherwise. */
  readonly serviceClasses?: readonly ServiceClassName[];
  /** The answers to each other operation, which is unknown without it. */
  answers?(request: OperationRequest, wishes: OperationWishes): AsyncIterable<OperationReply>;
}

/** Opens a door on a free port of this machine. */
export async function watchDoor(wishes: Wishes = {}): Promise<WatchedDoor> {
  const stored: string[] = [];
  const endings: Ending[] = [];
  const peers: PeerInfo[] = [];
  const told: string[] = [];
  const failures: unknown[] = [];
  const counts = { begun: 0, discarded: 0 };
  let wake = () => {};
  const { limits, maxAssociations = 16, contexts = 128 } = wishes;
  const settings = {
    localAet: ['CONSORT'],
    remoteAet: ['PARROT'],
    serviceClasses: wishes.serviceClasses ?? ['storage', 'verification'],
  };
  const decide = admission({ settings } as unknown as ServiceContext<TcpServiceSettings>, unheard);
  const door = await openDoor(
    { interface: '127.0.0.1', port: 0, maxAssociations, ...(limits && { limits }) },
    {
      async admit(proposal) {
        await wishes.admit?.();
        return proposal.contexts.length > contexts
          ? { reject: { result: 1, source: 1, reason: 1 }, why: 'too many contexts' }
          : decide(proposal);
      },
      store() {
        counts.begun += 1;
        const hash = createHash('sha256');
        return {
          async write(bytes) {
            await wishes.write?.();
            hash.update(bytes);
          },
          async end(signal) {
            stored.push(hash.digest('hex'));
            const reply = (await wishes.end?.(signal)) ?? { status: 0 };
            return { ...reply, told: (outcome) => void told.push(outcome) };
          },
          async discard() {
            counts.discarded += 1;
          },
        };
      },
      ...(wishes.answers && {
        operation(request: OperationRequest) {
          counts.begun += 1;
          return {
            async write() {},
            async discard() {
              counts.discarded += 1;
            },
            answers: (how: OperationWishes) => wishes.answers!(request, how),
          };
        },
      }),
      ended(peer, how) {
        peers.push(peer);
        endings.push(how);
        wake();
      },
      failed: (error) => void failures.push(error),
    },
  );
  return {
    port: door.port,
    stored,
    counts,
    told,
    failures,
    peers,
    associations: () => door.associations().length,
    async ended(count) {
      while (endings.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return endings;
    },
    [Symbol.asyncDispose]: () => door.close(0),
  };
}

/** A parrot with an accepted association. */
export async function associate(port: number, say: AssociateWords = {}): Promise<Parrot> {
  const parrot = await startParrot(port);
  await parrot.say(words.associateRequest(say));
  const heard = await parrot.hear();
  if (heard?.[0] === 0x02) return parrot;
  await parrot[Symbol.asyncDispose]();
  throw new Error(`not accepted: ${inShort(heard)}`);
}

/** What a peer hears that stores the data set as it should be done. */
export async function storeWell(port: number, dataSet: Buffer): Promise<readonly string[]> {
  await using parrot = await associate(port);
  await parrot.say(words.storeRequest(), words.dataSet(dataSet));
  const answer = inShort(await parrot.hear());
  await parrot.say(words.releaseRequest);
  return [answer, ...(await parrot.hearRest())];
}

/** How a data set appears among the stored ones. */
export function digestOf(dataSet: Buffer): string {
  return createHash('sha256').update(dataSet).digest('hex');
}
