import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { makeImages } from './images.ts';
import { measure, type Measurement } from './measure.ts';
import { consort, orthanc, storescp, type Receiver } from './receivers.ts';
import {
  consortSender,
  dcmtkSenders,
  measureSender,
  orthancSender,
  type SendingMeasurement,
} from './senders.ts';

/** One row: the same files to each receiver in turn. */
interface Row {
  readonly what: string;
  readonly folder: string;
  readonly associations: number;
  readonly receivers: readonly (() => Promise<Receiver>)[];
}

const count = Number(process.env['BENCH_IMAGES'] ?? 500);
const study = await makeImages(count);
const large = await makeImages(1, 500);
const completed = () => consort('completed');
const stored = () => consort('stored');
const rows: readonly Row[] = [
  {
    what: 'pipeline, 1 association',
    folder: study,
    associations: 1,
    receivers: [storescp, orthanc, completed],
  },
  {
    what: 'pipeline, 4 associations',
    folder: study,
    associations: 4,
    receivers: [storescp, orthanc, completed],
  },
  {
    what: 'stored and queued, 4 associations',
    folder: study,
    associations: 4,
    receivers: [storescp, orthanc, stored],
  },
  {
    what: 'one object of 262 MB',
    folder: large,
    associations: 1,
    receivers: [storescp, orthanc, completed],
  },
];

/** The same files from each sender in turn to a storescp of its own, over one association. */
const sendingRows = [
  { what: 'forwarding a folder, 1 association', folder: study },
  { what: 'sending one object of 262 MB', folder: large },
];
const senders = [...dcmtkSenders, orthancSender, consortSender];

// BENCH_ROWS is a part of the names of the rows wanted; then docs/benchmarks stays as it is.
const wanted = process.env['BENCH_ROWS'] ?? '';
const isWanted = ({ what }: { readonly what: string }) => what.includes(wanted);

const results: {
  readonly what: string;
  readonly measurements: readonly (Measurement | SendingMeasurement)[];
}[] = [];
for (const { what, folder, associations, receivers } of rows.filter(isWanted)) {
  const size = await sizeOf(folder);
  const measurements: Measurement[] = [];
  for (const start of receivers) {
    const receiver = await start();
    measurements.push(await measure(receiver, folder, size, associations));
    await receiver.stop();
  }
  results.push({ what, measurements });
  print(what, measurements);
}
for (const { what, folder } of sendingRows.filter(isWanted)) {
  const size = await sizeOf(folder);
  const measurements: SendingMeasurement[] = [];
  for (const sender of senders) {
    const receiver = await storescp();
    measurements.push(await measureSender(sender, receiver, folder, size));
    await receiver.stop();
  }
  results.push({ what, measurements });
  printSenders(what, measurements);
}
if (wanted === '') await write();
await Promise.all([study, large].map((folder) => rm(folder, { recursive: true, force: true })));

function print(what: string, measurements: readonly Measurement[]): void {
  console.log(`\n${what}`);
  for (const { receiver, imagesPerSecond, megabytesPerSecond, memoryGrowth, lag } of measurements) {
    const memory = memoryGrowth === undefined ? '' : `  memory +${memoryGrowth.toFixed(0)} MB`;
    const late = lag ? `  listener lag p99 ${lag.p99.toFixed(1)} ms` : '';
    const images = imagesPerSecond.toFixed(imagesPerSecond < 10 ? 2 : 0);
    console.log(
      `  ${receiver.padEnd(30)} ${images.padStart(7)} images/s ${megabytesPerSecond.toFixed(0).padStart(6)} MB/s${memory}${late}`,
    );
  }
}

function printSenders(what: string, measurements: readonly SendingMeasurement[]): void {
  console.log(`\n${what}`);
  for (const each of measurements) {
    const { sender, imagesPerSecond, megabytesPerSecond, processorPerImage } = each;
    const images = imagesPerSecond.toFixed(imagesPerSecond < 10 ? 2 : 0).padStart(7);
    const processor =
      processorPerImage === undefined
        ? ''
        : `  ${processorPerImage.toFixed(1)} ms of processor for each`;
    console.log(
      `  ${sender.padEnd(30)} ${images} images/s ${megabytesPerSecond.toFixed(0).padStart(6)} MB/s${processor}`,
    );
  }
}

async function write(): Promise<void> {
  const folder = new URL('../docs/benchmarks/', import.meta.url);
  await mkdir(folder, { recursive: true });
  const report = {
    date: new Date().toISOString().slice(0, 10),
    machine: { cores: cpus().length, kernel: release() },
    versions: {
      node: process.version,
      dcmtk: version('storescp', ['--version'], /v(\d\S+)/),
      orthanc: version('Orthanc', ['--version'], /Orthanc (\S+)/),
      redis: version('redis-server', ['--version'], /v=(\S+)/),
    },
    images: { count, shape: '512x512x16 CT, Explicit VR LE', sender: 'dcmsend, TCP_NODELAY=1' },
    results,
  };
  await writeFile(new URL('latest.json', folder), `${JSON.stringify(report, null, 2)}\n`);
}

function version(command: string, args: readonly string[], pattern: RegExp): string {
  return pattern.exec(execFileSync(command, args, { encoding: 'utf8' }))?.[1] ?? 'unknown';
}

async function sizeOf(folder: string): Promise<number> {
  const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
