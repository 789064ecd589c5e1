import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openMessageReader } from '@consort/store';
import { runtimeDirectory } from '../control.ts';
import { loadVersion } from '../load-version.ts';
import type { TestSurroundings } from '../test-production/changes-for-test.ts';
import { deliveriesOf } from './deliveries.ts';
import { drillSurroundings, isDrilled } from './drill-surroundings.ts';
import { drilledProcess, type DrilledProcess, type DrillFolder } from './drilled-process.ts';
import { faults, type Fault, type Stage } from './faults.ts';
import { judge, notPlayed } from './judge.ts';
import { makeStudy } from './make-study.ts';
import { reckon, routesOf, type Reckoning, type Routes, type SentStudy } from './reckon.ts';
import { seeded } from './seeded.ts';
import { sendImages } from './send-images.ts';

/** What is asked of a drill. */
export interface DrillWishes {
  /** Names of faults; the calm before them is always played. */
  readonly only: readonly string[];
  readonly seed: number;
  /** Images that each service is sent under each fault. */
  readonly images: number;
  /** Milliseconds that all of it may take. */
  readonly limit: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** Told of each fault once it is over. */
  played(result: FaultResult): void;
}

/** How a fault went. */
export interface FaultResult extends Reckoning {
  readonly fault: string;
  readonly text: string;
  readonly outcome: 'sound' | 'unsound' | 'believed' | 'not played';
  /** Why it is not sound, or was not played. */
  readonly why?: string;
  /** Milliseconds from the end of the fault until everything had come to an end; absent when it did not. */
  readonly recovery?: number;
  /** The names of the alerts that were raised, each once. */
  readonly alerts: readonly string[];
}

/** How a drill went. */
export interface DrillResult {
  readonly seed: number;
  readonly isSound: boolean;
  readonly faults: readonly FaultResult[];
  /** Where the production tried to connect to beyond this machine, each once; it was refused. */
  readonly refusedConnections: readonly string[];
}

/** Milliseconds that a fault lasts at least, and that it waits for something to come upon it. */
const shortest = 5_000;
const longest = 30_000;
/** Milliseconds that an image may be held back by the production before it counts as lost. */
const settling = 20_000;

/**
 * Drills a production file: a copy of the production runs in a temporary folder, is sent images of nobody, and suffers one
 * fault after the other. Nothing leaves this machine, and nothing stays.
 * @throws EngineError PRODUCTION_INVALID, USAGE, and what keeps the production from starting
 */
export async function drillProduction(file: string, wishes: DrillWishes): Promise<DrillResult> {
  const version = await loadVersion(resolve(file), process.env, 'nothing was drilled');
  const root = await mkdtemp(join(tmpdir(), 'consort-drill-'));
  const folder: DrillFolder = {
    root,
    data: join(root, 'data'),
    changed: join(root, 'production.yaml'),
    diskFull: join(root, 'disk-full'),
    attempts: join(root, 'attempts'),
  };
  const process_ = drilledProcess(resolve(file), folder);
  let around: TestSurroundings | undefined;
  try {
    around = await drillSurroundings(version, folder);
    await process_.start();
    const results = await playAll({ wishes, folder, process: process_, around, version });
    const refused = await readFile(folder.attempts, 'utf8').catch(() => '');
    return {
      seed: wishes.seed,
      isSound: results.every(({ outcome }) => outcome === 'sound' || outcome === 'believed'),
      faults: results,
      refusedConnections: [...new Set(refused.split('\n').filter(Boolean))],
    };
  } finally {
    await process_.end();
    for (const peer of around?.peers.values() ?? []) await peer.close();
    // Sockets have a place of their own, where their paths are short.
    for (const one of [root, runtimeDirectory(folder.data)]) {
      await rm(one, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

interface Drill {
  readonly wishes: DrillWishes;
  readonly folder: DrillFolder;
  readonly process: DrilledProcess;
  readonly around: TestSurroundings;
  readonly version: Awaited<ReturnType<typeof loadVersion>>;
}

async function playAll(drill: Drill): Promise<readonly FaultResult[]> {
  const { wishes, around } = drill;
  const ending = AbortSignal.any([wishes.signal, AbortSignal.timeout(wishes.limit)]);
  const wanted = faults.filter(
    ({ name }) => name === 'calm' || wishes.only.length === 0 || wishes.only.includes(name),
  );
  const results: FaultResult[] = [];
  const lied = new Set<unknown>();
  const random = seeded(wishes.seed);
  let routes: Routes | undefined;
  for (const fault of wanted) {
    const reached = new Set([...(routes?.values() ?? [])].flat());
    const peers = [...around.peers].filter(([host]) => reached.has(host)).map(([, peer]) => peer);
    const [calm] = results;
    let result: FaultResult;
    if (ending.aborted) {
      result = notPlayed(
        fault,
        wishes.signal.aborted ? 'interrupted' : 'out of time',
        'not played',
      );
    } else if (calm && calm.outcome !== 'sound') {
      result = notPlayed(fault, 'without it something is wrong already', 'not played');
    } else if (fault.isOfPeers && peers.length === 0) {
      result = notPlayed(fault, 'the images go to no DICOM target', 'sound');
    } else {
      const stage = {
        process: drill.process,
        folder: drill.folder,
        peers,
        images: wishes.images,
        random,
      };
      const played = await play(drill, fault, stage, lied, routes, ending);
      routes ??= played.routes;
      result = played.result;
    }
    results.push(result);
    wishes.played(result);
  }
  return results;
}

async function play(
  { wishes, folder, process, around, version: { production } }: Drill,
  fault: Fault,
  stage: Stage,
  lied: Set<unknown>,
  known: Routes | undefined,
  ending: AbortSignal,
): Promise<{ readonly result: FaultResult; readonly routes: Routes }> {
  const eventsBefore = process.events.length;
  const receivedBefore = new Map(stage.peers.map((peer) => [peer, peer.received.length]));
  const studies: (SentStudy & { acknowledged: Set<string>; sentAgain: Set<string> })[] = [];
  await mkdir(join(folder.root, 'images'), { recursive: true });
  for (const service of production.hosts.filter(isDrilled)) {
    const key = `${wishes.seed} ${fault.name} ${service.name}`;
    const images = await makeStudy(join(folder.root, 'images'), key, wishes.images);
    const sets = { acknowledged: new Set<string>(), sentAgain: new Set<string>() };
    studies.push({ service: service.name, images, ...sets });
  }
  const sendAll = (signal: AbortSignal) =>
    Promise.all(
      studies.map(async ({ service, images, acknowledged }) => {
        const host = production.hosts.find(({ name }) => name === service);
        const left = images.filter(({ sopInstanceUid }) => !acknowledged.has(sopInstanceUid));
        if (!host || left.length === 0) return;
        const taken = await sendImages(production, around, host, left, signal);
        for (const uid of taken) acknowledged.add(uid);
      }),
    );

  const began = await fault.begin(stage);
  const sending = sendAll(AbortSignal.any([ending, AbortSignal.timeout(longest)]));
  await lasting(fault, began, sending, ending);
  if (fault.name === 'lie') {
    for (const [peer, count] of receivedBefore) {
      for (const one of peer.received.slice(count)) lied.add(one);
    }
  }
  await began.end();
  const endedAt = performance.now();
  await sending;
  // As a modality does: what was not acknowledged is sent again, until it is.
  const isLeft = () =>
    studies.some(({ images, acknowledged }) => acknowledged.size < images.length);
  const patience = AbortSignal.any([ending, AbortSignal.timeout(longest * 2)]);
  while (isLeft() && !patience.aborted) {
    for (const { images, acknowledged, sentAgain } of studies) {
      for (const { sopInstanceUid } of images) {
        if (!acknowledged.has(sopInstanceUid)) sentAgain.add(sopInstanceUid);
      }
    }
    await sendAll(patience);
    if (isLeft()) await sleep(500, undefined, { signal: patience }).catch(() => undefined);
  }
  const reader = await openMessageReader(folder.data);
  try {
    // A process may hold an image back for a while, a study until it is whole: it is not lost at once.
    const settled = AbortSignal.any([patience, AbortSignal.timeout(settling)]);
    let isAtRest = await rest(reader, patience);
    let deliveries = await deliveriesOf(production, around, reader, lied);
    let routes = known ?? routesOf(studies, deliveries);
    let counts = reckon(studies, deliveries, routes, production.hosts);
    while (counts.lost > 0 && fault.name !== 'lie' && !settled.aborted) {
      await sleep(500);
      isAtRest = await rest(reader, patience);
      deliveries = await deliveriesOf(production, around, reader, lied);
      routes = known ?? routesOf(studies, deliveries);
      counts = reckon(studies, deliveries, routes, production.hosts);
    }
    const recovery = Math.round(performance.now() - endedAt);
    const alerts = process.events
      .slice(eventsBefore)
      .flatMap(({ type, code }) => (type === 'Alert' ? [code] : []));
    const isRecovered = isAtRest && !isLeft();
    const judged = judge(fault, counts, isRecovered, [...routes.values()]);
    return {
      routes,
      result: {
        fault: fault.name,
        text: fault.text,
        ...counts,
        ...judged,
        ...(isRecovered && { recovery }),
        alerts: [...new Set(alerts)],
      },
    };
  } finally {
    await reader.close();
  }
}

/** Until everything has been sent and something has come upon the fault, for a while at least. */
async function lasting(
  { name }: Fault,
  began: { isMet(): boolean },
  sending: Promise<unknown>,
  ending: AbortSignal,
): Promise<void> {
  const over = AbortSignal.any([ending, AbortSignal.timeout(longest)]);
  if (name === 'calm' || name === 'kill' || name === 'redis') return;
  await Promise.race([sending, sleep(shortest)]);
  await sleep(shortest, undefined, { signal: over }).catch(() => undefined);
  while (!began.isMet() && !over.aborted) await sleep(50);
}

/** Until no message is queued or in progress, and looking again shows no more of them. */
async function rest(
  reader: Awaited<ReturnType<typeof openMessageReader>>,
  signal: AbortSignal,
): Promise<boolean> {
  for (let seen = -1; !signal.aborted;) {
    const queues = await reader.queues();
    const [newest] = await reader.messages({ limit: 1 });
    const isIdle = queues.every(({ queued, delivered }) => queued + delivered === 0);
    if (isIdle && newest?.id === seen) return true;
    seen = isIdle ? (newest?.id ?? 0) : -1;
    await sleep(200);
  }
  return false;
}
