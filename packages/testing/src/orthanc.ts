import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@consort/cli/test-production';

/** A modality Orthanc can send to. */
export interface Modality {
  readonly aeTitle: string;
  readonly port: number;
}

/** A job of Orthanc's, as its REST API shows it. */
export interface OrthancJob {
  readonly ID: string;
  readonly State: 'Pending' | 'Running' | 'Success' | 'Failure' | 'Paused' | 'Retry';
  readonly ErrorDescription: string;
  readonly ErrorDetails?: string;
}

/** What Orthanc knows of a request for storage commitment. */
export interface OrthancCommitment {
  readonly Status: 'Pending' | 'Success' | 'Failure';
  readonly RemoteAET: string;
  readonly Success: readonly { readonly SOPInstanceUID: string }[];
  readonly Failures: readonly {
    readonly SOPInstanceUID: string;

    readonly FailureReason: number;
  }[];
}

/** What Orthanc counts in its store. */
export interface OrthancStatistics {
  readonly CountPatients: number;
  readonly CountStudies: number;
  readonly CountSeries: number;
  readonly CountInstances: number;
}

/** A real Orthanc, on ports of its own, with an empty store. */
export interface Orthanc extends AsyncDisposable {
  readonly url: string;
  readonly dicomPort: number;
  /** Stores a DICOM file; resolves with Orthanc's instance id. */
  upload(file: Buffer): Promise<string>;
  /** The file of an instance as Orthanc keeps it. */
  file(instance: string): Promise<Buffer>;
  /** `POST /modalities/{id}/store`, and waits for the job's end. */
  store(modality: string, instances: readonly string[]): Promise<OrthancJob>;
  /** Submits a failed job again, and waits for its end. */
  resubmit(jobId: string): Promise<OrthancJob>;
  /**
   * `POST /modalities/{id}/storage-commitment` for SOP instances, each as its class and instance UID; resolves with
   * the report once it has come.
   */
  commit(
    modality: string,
    instances: readonly (readonly [string, string])[],
  ): Promise<OrthancCommitment>;
  setModality(name: string, modality: Modality): Promise<void>;
  /** What its REST API has at a path. */
  get<T>(path: string): Promise<T>;
  /** Removes a resource of its REST API. */
  remove(path: string): Promise<void>;
  /** How many patients, studies, series and instances it has. */
  statistics(): Promise<OrthancStatistics>;
  /** Ends its process by SIGKILL; what it has stored stays. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same ports and with the same store. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts Orthanc with the modalities given.
 * @param options.aeTitle default: ORTHANC
 * @param options.overwriteInstances whether an instance that it has and that comes again is stored anew
 * @param options.lua a script that it runs, such as a filter of what comes in
 */
export async function startOrthanc(
  modalities: Readonly<Record<string, Modality>> = {},
  options: {
    readonly aeTitle?: string;
    readonly lua?: string;
    readonly overwriteInstances?: boolean;
  } = {},
): Promise<Orthanc> {
  const folder = await mkdtemp(join(tmpdir(), 'consort-orthanc-'));
  const [httpPort, dicomPort] = [await freePort(), await freePort()];
  const configuration = {
    Name: 'test',
    StorageDirectory: join(folder, 'storage'),
    IndexDirectory: join(folder, 'storage'),
    HttpPort: httpPort,
    DicomPort: dicomPort,
    DicomAet: options.aeTitle ?? 'ORTHANC',
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    Plugins: [],
    OverwriteInstances: options.overwriteInstances ?? false,
    LuaScripts: options.lua === undefined ? [] : [join(folder, 'script.lua')],
    DicomModalities: Object.fromEntries(
      Object.entries(modalities).map(([name, { aeTitle, port }]) => [
        name,
        [aeTitle, '127.0.0.1', port],
      ]),
    ),
  };
  if (options.lua !== undefined) await writeFile(join(folder, 'script.lua'), options.lua);
  await writeFile(join(folder, 'orthanc.json'), JSON.stringify(configuration));
  const url = `http://127.0.0.1:${httpPort}`;
  let log = '';
  let child: ChildProcess | undefined;

  async function call<T>(method: string, path: string, body?: Buffer | string): Promise<T> {
    const response = await fetch(url + path, {
      method,
      ...(body === undefined ? {} : { body: body as string }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}\n${log}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  async function ended(jobId: string): Promise<OrthancJob> {
    for (;;) {
      const job = await call<OrthancJob>('GET', `/jobs/${jobId}`);
      if (job.State === 'Success' || job.State === 'Failure') return job;
      await sleep(50);
    }
  }

  async function start(): Promise<void> {
    const started = spawn('Orthanc', [join(folder, 'orthanc.json')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // Nagle's algorithm and delayed acknowledgement would hold it to some twenty images a second.
      env: { ...process.env, TCP_NODELAY: '1' },
    });
    started.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
    child = started;
    for (let attempt = 0; ; attempt++) {
      const system = await call('GET', '/system').catch(() => undefined);
      if (system) return;
      if (started.exitCode !== null || attempt > 600) {
        await stop();
        throw new Error(`Orthanc did not start:\n${log}`);
      }
      await sleep(50);
    }
  }

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async function stop(): Promise<void> {
    await kill();
    await rm(folder, { recursive: true, force: true });
  }

  await start();
  return {
    url,
    dicomPort,
    upload: async (file) => (await call<{ ID: string }>('POST', '/instances', file)).ID,
    file: async (instance) =>
      Buffer.from(await (await fetch(`${url}/instances/${instance}/file`)).arrayBuffer()),
    async store(modality, instances) {
      const body = JSON.stringify({ Asynchronous: true, Resources: instances });
      const { ID } = await call<{ ID: string }>('POST', `/modalities/${modality}/store`, body);
      return ended(ID);
    },
    async resubmit(jobId) {
      await call('POST', `/jobs/${jobId}/resubmit`, '');
      return ended(jobId);
    },
    async commit(modality, instances) {
      const body = JSON.stringify({ DicomInstances: instances });
      const path = `/modalities/${modality}/storage-commitment`;
      const { ID } = await call<{ ID: string }>('POST', path, body);
      for (;;) {
        const commitment = await call<OrthancCommitment>('GET', `/storage-commitment/${ID}`);
        if (commitment.Status !== 'Pending') return commitment;
        await sleep(50);
      }
    },
    setModality: (name, { aeTitle, port }) =>
      call(
        'PUT',
        `/modalities/${name}`,
        JSON.stringify({ AET: aeTitle, Host: '127.0.0.1', Port: port }),
      ),
    get: (path) => call('GET', path),
    remove: (path) => call('DELETE', path),
    statistics: async () => {
      const { CountPatients, CountStudies, CountSeries, CountInstances } =
        await call<OrthancStatistics>('GET', '/statistics');
      return { CountPatients, CountStudies, CountSeries, CountInstances };
    },
    kill,
    restart: start,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
