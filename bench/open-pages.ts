import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker, isMainThread, workerData } from 'node:worker_threads';
import { freePort, startProductionProcess } from '@consort/testing/consort';
import { makeImages } from './images.ts';
import { measure } from './measure.ts';
import { processorOf } from './processor-of.ts';

// What open pages cost the pipeline: `node bench/open-pages.ts`. Each page listens to the stream and asks again for what
// the production's page shows, at most once a second, as the app does. With and without, one after the other several
// times, because a machine is never quite alone; the pages' own work is on this machine too.

const file = new URL('../productions/pacs-to-file/production.yaml', import.meta.url).pathname;
const shown = ['/api/production', '/api/status', '/api/events?limit=10'];

if (isMainThread) await compare();
else openPages(workerData as { url: string; pages: number });

async function compare(): Promise<void> {
  const count = Number(process.env['BENCH_IMAGES'] ?? 500);
  const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
  const images = await makeImages(count);
  for (let round = 1; round <= rounds; round += 1) {
    for (const pages of [0, 50]) {
      const { rate, processor } = await run(images, pages);
      console.log(
        `${round}  ${String(pages).padStart(2)} pages  ${rate.toFixed(0)} images/s  ${processor.toFixed(2)} ms of processor each`,
      );
    }
  }
  await rm(images, { recursive: true, force: true });
}

async function run(images: string, pages: number) {
  const folder = await mkdtemp(join(tmpdir(), 'consort-bench-pages-'));
  const [port, page] = await Promise.all([freePort(), freePort()]);
  const env = { DICOM_PORT: String(port), RECEIVED: folder };
  const args = ['--page', `127.0.0.1:${page}`];
  await using running = await startProductionProcess(file, {
    data: join(folder, 'data'),
    env,
    args,
  });
  const opened = new Worker(new URL(import.meta.url), {
    workerData: { url: `http://127.0.0.1:${page}`, pages },
  });
  const receiver = {
    name: 'Consort',
    port,
    callingAeTitle: 'ORTHANC',
    memory: async () => 0,
    stop: async () => undefined,
  };
  // A process that has just started is slower.
  await measure(receiver, images, 1, 4);
  const before = await processorOf(running.pid);
  const { imagesPerSecond: rate } = await measure(receiver, images, 1, 4);
  const processor = ((await processorOf(running.pid)) - before) / (await readdir(images)).length;
  await opened.terminate();
  await running.kill();
  await rm(folder, { recursive: true, force: true });
  return { rate, processor };
}

/** Opens them, and keeps them open until this thread ends. */
function openPages({ url, pages }: { readonly url: string; readonly pages: number }): void {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  for (let page = 0; page < pages; page += 1) {
    let isDue = false;
    get(`${url}/api/stream`, { agent }, (response) =>
      response.on('data', (said: Buffer) => {
        if (isDue || !/^event: (status|event)/m.test(said.toString())) return;
        isDue = true;
        setTimeout(() => {
          isDue = false;
          for (const path of shown) get(url + path, { agent }, (answer) => answer.resume());
        }, 1_000);
      }),
    );
  }
}
