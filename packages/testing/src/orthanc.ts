import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

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
  setModality(name: string, modality: Modality): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts Orthanc with the AE title ORTHANC and the modalities given.
 * @param options.lua a script that it runs, such as a filter of what comes in
 */
export async function startOrthanc(
  modalities: Readonly<Record<string, Modality>> = {},
  options: { readonly lua?: string } = {},
): Promise<Orthanc> {
  const folder = await mkdtemp(join(tmpdir(), 'consort-orthanc-'));
  const [httpPort, dicomPort] = [await freePort(), await freePort()];
  const configuration = {
    Name: 'test',
    StorageDirectory: join(folder, 'storage'),
    IndexDirectory: join(folder, 'storage'),
    HttpPort: httpPort,
    DicomPort: dicomPort,
    DicomAet: 'ORTHANC',
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    Plugins: [],
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
  const child = spawn('Orthanc', [join(folder, 'orthanc.json')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Nagle's algorithm and delayed acknowledgement would hold it to some twenty images a second.
    env: { ...process.env, TCP_NODELAY: '1' },
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${httpPort}`;

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

  async function stop(): Promise<void> {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  }

  for (let attempt = 0; ; attempt++) {
    const system = await call('GET', '/system').catch(() => undefined);
    if (system) break;
    if (child.exitCode !== null || attempt > 600) {
      await stop();
      throw new Error(`Orthanc did not start:\n${log}`);
    }
    await sleep(50);
  }

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
    setModality: (name, { aeTitle, port }) =>
      call(
        'PUT',
        `/modalities/${name}`,
        JSON.stringify({ AET: aeTitle, Host: '127.0.0.1', Port: port }),
      ),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
