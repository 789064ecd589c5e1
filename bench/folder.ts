import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openMessageReader } from '@consort/store';
import { startProductionProcess } from '@consort/testing/consort';
import { ctImages } from '../tests/durability/transfer.ts';

// A folder full of files, taken in and archived: `node bench/folder.ts`. Nothing here asserts.

const count = Number(process.env['BENCH_IMAGES'] ?? 10_000);
const folder = await mkdtemp(join(tmpdir(), 'consort-bench-folder-'));
const [archive, file] = ['done', 'production.yaml'].map((name) => join(folder, name));
const storage = new URL('../productions/pacs-to-file/storage-local.ts', import.meta.url).pathname;
await writeFile(
  file!,
  `name: Folder
services:
  Folder: { component: dicom.file-service, settings: { filePath: ./images, archivePath: ./done, target: Process } }
processes:
  Process: { component: ./storage-local.ts, poolSize: 4, settings: { fileOperation: File } }
operations:
  File: { component: dicom.file-operation, poolSize: 4, settings: { directory: ./received } }
`,
);
await writeFile(
  join(folder, 'storage-local.ts'),
  `export { default } from ${JSON.stringify(storage)};\n`,
);

const production = await startProductionProcess(file!, { data: join(folder, 'data') });
const memory = [await residentOf(production.pid)];
await production.stop();
await ctImages(count, folder);

const again = await startProductionProcess(file!, { data: join(folder, 'data') });
const done = async () => (await readdir(archive!)).length;
while ((await done()) === 0) await sleep(1);
const begun = performance.now();
const first = await done();
while ((await done()) < count) {
  memory.push(await residentOf(again.pid));
  await sleep(50);
}
const taking = (performance.now() - begun) / 1000;
const reader = await openMessageReader(join(folder, 'data'));
const isBusy = async () =>
  (await reader.queues()).some(({ queued, delivered }) => queued + delivered > 0);
while (await isBusy()) {
  memory.push(await residentOf(again.pid));
  await sleep(50);
}
const working = (performance.now() - begun) / 1000;
console.log(
  `${count} files: taken and archived ${((count - first) / taking).toFixed(0)} files/s, ` +
    `to the end of their sessions ${((count - first) / working).toFixed(0)} files/s, ` +
    `memory ${memory[0]?.toFixed(0)} MB after a start, at most ${Math.max(...memory).toFixed(0)} MB`,
);
await reader.close();
await again.stop();
await rm(folder, { recursive: true });

/** MB of memory that a process holds now. */
async function residentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}
