import Database from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';
import { openMessageReader } from '@consort/store';
import { freePort, startProductionProcess } from '@consort/testing/consort';
import { writeHosts } from './write-hosts.ts';

// Makes a store as this version leaves it when it is killed with 1000 messages that are not finished:
//   node tests/upgrade/make-store.ts tests/upgrade/store-COMMIT
// Run it at a version that is about to be followed by another schema, and commit what it writes.

const run = promisify(execFile);
const viaSide = 100;
const viaDoor = 696;
const images = 4;

const [, , to = ''] = process.argv;
const folder = await mkdtemp(join(tmpdir(), 'consort-store-'));
const data = join(folder, 'data');
const ports = { door: await freePort(), side: await freePort() };
const file = await writeHosts(folder, ports);
const production = await startProductionProcess(file, { data });
for (const name of ['received', 'doubtful']) await rm(join(folder, name), { recursive: true });
for (let number = 1; number <= images; number += 1) {
  const image = await makeImage(number);
  await send(image, ports.side, viaSide / images);
  await send(image, ports.door, viaDoor / images);
}
const reader = await openMessageReader(data);
for (;;) {
  const count = async (status: 'Deferred' | 'Suspended') =>
    (await reader.messages({ status, limit: 1000 })).length;
  const queues = await reader.queues();
  const depth = (name: string) => queues.find(({ host }) => host === name)?.queued;
  const there = [await count('Deferred'), await count('Suspended'), depth('Storage')];
  if (there.join(' ') === `${viaSide} ${viaSide} ${viaDoor - 4}` && depth('File') === viaSide + 3)
    break;
  await sleep(100);
}
await reader.close();
await production.kill();

await mkdir(join(to, 'documents'), { recursive: true });
const database = new Database(join(data, 'messages.db'));
database.pragma('wal_checkpoint(TRUNCATE)');
database.close();
const bytes = await readFile(join(data, 'messages.db'));
const params = {
  [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
  [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
};
await writeFile(join(to, 'messages.db.br'), brotliCompressSync(bytes, { params }));
for (const shard of await readdir(join(data, 'documents'))) {
  if (/^[0-9a-f]{2}$/.test(shard))
    await cp(join(data, 'documents', shard), join(to, 'documents'), { recursive: true });
}
await rm(folder, { recursive: true });

/** A Secondary Capture of four pixels that nobody has made. */
async function makeImage(number: number): Promise<string> {
  const dump = join(folder, `${number}.dump`);
  const image = join(folder, `${number}.dcm`);
  const uid = `2.25.9000${number}`;
  await writeFile(
    dump,
    `(0002,0010) UI =LittleEndianExplicit
(0002,0002) UI =SecondaryCaptureImageStorage
(0002,0003) UI [${uid}]
(0008,0016) UI =SecondaryCaptureImageStorage
(0008,0018) UI [${uid}]
(0008,0050) SH [ACC${number}]
(0008,0060) CS [OT]
(0010,0010) PN [NOBODY^${number}]
(0010,0020) LO [NOBODY${number}]
(0020,000d) UI [2.25.8000${number}]
(0020,000e) UI [2.25.7000${number}]
(0028,0002) US 1
(0028,0004) CS [MONOCHROME2]
(0028,0010) US 2
(0028,0011) US 2
(0028,0100) US 8
(0028,0101) US 8
(0028,0102) US 7
(0028,0103) US 0
(7fe0,0010) OW 0${number}02\\0304
`,
  );
  await run('dump2dcm', [dump, image]);
  return image;
}

/** Sends one image many times, all on one association. */
async function send(image: string, port: number, times: number): Promise<void> {
  const files = Array.from({ length: times }, () => image);
  await run('storescu', ['-aet', 'ORTHANC', '-aec', 'IRIS', '127.0.0.1', String(port), ...files]);
}
