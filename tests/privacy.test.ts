import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MessageHeader } from '@consort/core';
import { openQueues } from '@consort/redis';
import { openMessageReader } from '@consort/store';
import {
  freePort,
  receivedFiles,
  sendFiles,
  spawnProduction,
  startOtlpCollector,
  startOrthanc,
  startProductionProcess,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { hosts, writeProduction } from './durability/write-production.ts';
import { describeWith } from './house/peers.ts';

const run = promisify(execFile);

/** What must not leave the files, the documents and the record: values that stand nowhere else. */
const canaries = [
  'Zebrafink',
  'PID-48151623',
  'ACC-42108',
  '19030417',
  '1.2.826.0.1.3680043.9.7777',
] as const;
const [name, patientId, accessionNumber, birthDate, root] = canaries;
const studyInstanceUid = `${root}.1`;

const makeImages = `import pydicom, sys
from pydicom.data import get_testdata_files
folder, name, patient, accession, born, root = sys.argv[1:]
for n in range(1, 5):
    image = pydicom.dcmread(get_testdata_files('CT_small.dcm')[0])
    image.PatientName = name + '^Test'
    image.PatientID = patient
    image.AccessionNumber = accession
    image.PatientBirthDate = born
    image.StudyInstanceUID = root + '.1'
    image.SeriesInstanceUID = root + '.2'
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = root + '.3.%d' % n
    image.save_as('%s/%d.dcm' % (folder, n))
    # The same instance with other content, for a file operation that lets no second one be.
    image.InstanceNumber = 99
    image.save_as('%s/other-%d.dcm' % (folder, n))
`;

describeWith(['redis', 'dcmtk', 'orthanc', 'pydicom'], 'the values of an image', () => {
  it('are in no queue, log, event or error text, and every message went through its queue', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-privacy-'));
    const data = join(folder, 'data');
    const port = await freePort();
    const file = await writeProduction(folder, port, {
      operation: { fileName: '"{PatientID}/{SOPInstanceUID}.dcm"', ifExists: 'fail' },
    });
    await run('/usr/bin/python3', ['-c', makeImages, folder, ...canaries]);
    await using collector = await startOtlpCollector();
    const production = await startProductionProcess(file, {
      data,
      args: ['--log', 'json', '--page', '127.0.0.1:0'],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '200' },
    });
    await using orthanc = await startOrthanc({ iris: { aeTitle: 'IRIS', port } });
    const image = (number: number) => join(folder, `${number}.dcm`);

    const instances = [];
    for (const number of [1, 2, 3]) {
      instances.push(await orthanc.upload(await readFile(image(number))));
    }
    expect((await orthanc.store('iris', instances)).State).toBe('Success');
    const reader = await openMessageReader(data);
    const before = (await reader.messages({ limit: 200 })).map(headerOf);
    const queues = openQueues({
      url: (await reader.production())?.redis.url ?? '',
      prefix: `consort-${(await reader.production())?.id}`,
      hosts: [hosts.service, hosts.process, hosts.operation],
    });
    for (const queue of queues.queues) {
      const own = before.filter(({ targetQueueName }) => targetQueueName === queue.name);
      expect(own.length).toBe(instances.length);
      // An image is answered before the last of its jobs is in Redis.
      await expect
        .poll(async () => (await queue.getMetrics('completed')).meta.count, { timeout: 20_000 })
        .toBeGreaterThanOrEqual(own.length);
    }
    await queues.close();

    // Everything that can go wrong with an image, so that there are texts to look through.
    await storescu(port, join(folder, 'other-1.dcm'));
    await storescu(port, image(4), '-aec', 'WRONG');
    await sendFiles({ port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' }, [
      await corrupt(image(4), folder),
    ]);
    await storescu(port, image(4), '-td', '1', '-ta', '1');
    await rm(join(folder, 'received'), { recursive: true });
    await writeFile(join(folder, 'received'), 'a file is in the way');
    await storescu(port, image(4));
    const verbs = [
      ['status'],
      ['queues'],
      ['associations'],
      ['events', '--json'],
      ['trace', 'last'],
      ['events'],
      ['messages'],
      ['why', '1'],
      ['why', '1', '--json'],
      ['why', studyInstanceUid],
    ];
    const printed: string[] = [];
    for (const verb of verbs) {
      const done = spawnProduction([...verb, '--data', data]);
      await done.ended;
      printed.push(done.output());
    }
    const { page = '' } = (await reader.production())?.endpoints ?? {};
    const monitored = await Promise.all(
      ['metrics', 'readyz', 'api/status'].map(async (path) =>
        (await fetch(`${page}/${path}`)).text(),
      ),
    );
    const ended = (await reader.messages({ limit: 500 })).map(headerOf).filter(hasEnded);
    await expect
      .poll(() => new Set(collector.spans.map(({ spanId }) => spanId)).size, { timeout: 60_000 })
      .toBeGreaterThanOrEqual(ended.length);
    await production.kill();
    const events = await reader.events({ limit: 500 });
    const codes = events.map(({ code }) => code);
    expect(codes).toEqual(
      expect.arrayContaining(['FILE_EXISTS', 'ASSOCIATION_REFUSED', 'INSTANCE_MISMATCH']),
    );
    const headers = (await reader.messages({ limit: 500 })).map(headerOf);
    expect(headers.some(({ errorStatus }) => errorStatus)).toBe(true);
    await reader.close();

    expectNone('the console', production.output());
    const lines = production.output().trim().split('\n').map(logLine);
    const inSession = lines.filter(({ sessionId }) => sessionId !== undefined);
    expect(inSession.length).toBeGreaterThan(0);
    expect(inSession.every(({ host }) => typeof host === 'string')).toBe(true);
    expectNone('what machines are told', monitored.join('\n'));
    expect(collector.faults).toEqual([]);
    expectNone('the traces', collector.bodies.join('\n'));
    expectNone('the verbs', printed.join('\n'));
    expectNone('the events', JSON.stringify(events));
    expectNone(
      'error texts and notes',
      JSON.stringify(
        headers.map(({ errorStatus, note, answered }) => [errorStatus, note, answered]),
      ),
    );
    const redis = await filesBelow(join(data, 'redis'));
    const bytes = Buffer.concat(await Promise.all(redis.map((path) => readFile(path))));
    expect(bytes.toString('latin1')).toContain('dicom.document');
    expectNone('Redis', bytes.toString('latin1'));
    await rm(folder, { recursive: true });
  });

  it('are found where they may be, by the same look', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-privacy-'));
    await run('/usr/bin/python3', ['-c', makeImages, folder, ...canaries]);
    const text = (await readFile(join(folder, '1.dcm'))).toString('latin1');
    expect(found(text)).toEqual([name, patientId, accessionNumber, birthDate, root]);
    expect(await receivedFiles(folder)).toHaveLength(8);
    await rm(folder, { recursive: true });
  });
});

function expectNone(where: string, text: string): void {
  expect(text.length, where).toBeGreaterThan(100);
  expect(found(text), where).toEqual([]);
}

function found(text: string): readonly string[] {
  return canaries.filter((canary) =>
    [canary, Buffer.from(canary).toString('base64').slice(0, -4), hexOf(canary)].some((form) =>
      text.includes(form),
    ),
  );
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}

/** A line of the log: JSON with what every line has. */
function logLine(line: string): Record<string, unknown> {
  const read = JSON.parse(line) as Record<string, unknown>;
  for (const key of ['level', 'time', 'type', 'code', 'msg'])
    expect(read[key], line).toEqual(expect.any(String));
  return read;
}

function hasEnded({ status }: MessageHeader): boolean {
  return ['Completed', 'Error', 'Discarded', 'Aborted', 'Suspended'].includes(status);
}

function headerOf(message: MessageHeader | { readonly header: MessageHeader }): MessageHeader {
  return 'header' in message ? message.header : message;
}

/** Sends with storescu, which may fail: that is what is looked at. */
async function storescu(port: number, file: string, ...words: readonly string[]): Promise<void> {
  const titles = ['-aet', 'ORTHANC', ...(words.includes('-aec') ? [] : ['-aec', 'IRIS'])];
  await run('storescu', [...titles, ...words, '127.0.0.1', String(port), file]).catch(
    () => undefined,
  );
}

/** A file whose data set is of another instance than its meta information says. */
async function corrupt(file: string, folder: string): Promise<string> {
  const bytes = await readFile(file);
  const at = bytes.lastIndexOf(`${root}.3.4`);
  bytes.write('9', at + `${root}.3.4`.length - 1);
  const path = join(folder, 'corrupt.dcm');
  await writeFile(path, bytes);
  return path;
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder, { recursive: true })).map((path) => join(folder, path));
  const kinds = await Promise.all(names.map((path) => stat(path)));
  return names.filter((_, index) => kinds[index]?.isFile());
}
