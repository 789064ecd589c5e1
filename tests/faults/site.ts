import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openMessageReader } from '@consort/store';
import {
  freePort,
  startProductionProcess,
  type Peer,
  type ProductionProcess,
} from '@consort/testing/consort';
import { idle } from '../durability/proof.ts';
import { ctImages } from '../durability/transfer.ts';
import { writeProduction, type Differences } from '../durability/write-production.ts';
import { openLedger, type Ledger, type LedgerRow } from './ledger.ts';
import { whatIsWrong, type Exceptions } from './reconcile.ts';

/** A place where things go wrong: a production of a service, a process and a file operation, and who sends to it. */
export interface Site {
  readonly folder: string;
  readonly data: string;
  readonly received: string;
  readonly file: string;
  /** The service as a sender names it. */
  readonly peer: Peer;
  readonly ledger: Ledger;
  /** Images that have not been asked for yet. */
  images(count: number): readonly string[];
  /** Without a page, unless the words after `production start` say otherwise. */
  start(env?: NodeJS.ProcessEnv, words?: readonly string[]): Promise<ProductionProcess>;
  /** Starts it so that it ends with SIGKILL at the n-th passing of a crash point, counted from `arm` on. */
  startToCrash(point: string, nth: number): Promise<ProductionProcess>;
  arm(): Promise<void>;
  /** Resolves when no message is queued or in progress. */
  idle(): Promise<void>;
  /**
   * The end of every scenario: starts it once more, sends what is owed to its sender, waits until all is done and
   * stops; then what ledger, record and disk say against each other, nothing when all is well.
   */
  reconcile(exceptions?: Exceptions): Promise<readonly string[]>;
  /** The same of one that has been idle and is stopped, without another start. */
  look(): Promise<readonly string[]>;
  /** Removes it; left out when a test fails, so that it can be looked at. */
  remove(): Promise<void>;
}

const preload = new URL('./crash-preload.ts', import.meta.url).href;

/** Makes a site with so many images to send. */
export async function makeSite(count: number, differences: Differences = {}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'consort-faults-'));
  const [data, received] = [join(folder, 'data'), join(folder, 'received')];
  const port = await freePort();
  const file = await writeProduction(folder, port, {
    ...differences,
    // Faults are under test here, not how long a machine takes that does other things as well.
    service: { responseTimeout: '60s', ...differences.service },
  });
  const plan = {
    folder,
    file,
    port,
    count,
    look: (rows: readonly LedgerRow[], exceptions: Exceptions) =>
      whatIsWrong({ data, received, rows }, exceptions),
  };
  return { ...(await openSite(plan)), received };
}

/** What a site is made of. */
export interface SitePlan {
  /** Its own; the data are in `data` below it. */
  readonly folder: string;
  /** The production file, whose door takes IRIS as the called and ORTHANC as the calling title. */
  readonly file: string;
  /** The variables of the file. */
  readonly env?: NodeJS.ProcessEnv;
  /** Of the door. */
  readonly port: number;
  /** How many images there are to send. */
  readonly count: number;
  /** What is wrong with a production that has been idle and is stopped. */
  look(rows: readonly LedgerRow[], exceptions: Exceptions): Promise<readonly string[]>;
}

/** Makes a site around a production file. */
export async function openSite(plan: SitePlan): Promise<Omit<Site, 'received'>> {
  const { folder, file, port, count, look } = plan;
  const data = join(folder, 'data');
  const armed = join(folder, 'armed');
  const ledger = openLedger(join(folder, 'ledger.jsonl'));
  const unused = [...(await ctImages(count, folder))];
  const peer = { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };

  const start = (env: NodeJS.ProcessEnv = {}, args: readonly string[] = []) =>
    startProductionProcess(file, { data, env: { ...plan.env, ...env }, args });

  async function untilIdle(): Promise<void> {
    const reader = await openMessageReader(data);
    await idle(reader);
    await reader.close();
  }

  return {
    folder,
    data,
    file,
    peer,
    ledger,
    images: (wanted) => unused.splice(0, wanted),
    start,
    async startToCrash(point, nth) {
      await rm(armed, { force: true });
      return start({
        NODE_OPTIONS: `--import ${preload}`,
        CONSORT_CRASH_POINT: `${point}:${nth}`,
        CONSORT_CRASH_ARMED: armed,
      });
    },
    arm: () => writeFile(armed, ''),
    idle: untilIdle,
    async reconcile(exceptions = {}) {
      await using production = await start();
      for (const row of await ledger.sendAll(peer, ledger.owed())) {
        if (row.outcome !== 'taken') return [`object ${row.number} is not taken after all is well`];
      }
      await untilIdle();
      const code = await production.stop();
      if (code !== 0) return [`the production ended with ${code}:\n${production.output()}`];
      return await look(ledger.rows, exceptions);
    },
    look: () => look(ledger.rows, {}),
    remove: () => rm(folder, { recursive: true }),
  };
}

/** How many descriptors a process has open, without the folders of documents that it keeps open for their syncs. */
export async function openFiles(pid: number): Promise<number> {
  const descriptors = await readdir(`/proc/${pid}/fd`);
  const open = await Promise.all(
    // One may be closed while its neighbours are looked at.
    descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => undefined)),
  );
  return open.filter((path) => path !== undefined && !/\/documents\/[0-9a-f]{2}$/.test(path))
    .length;
}

/** Waits until something is so, looking often; the test's own time limit ends it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(20);
}
