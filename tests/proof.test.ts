import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  freePort,
  receivedFiles,
  sendFiles,
  spawnProduction,
  startProductionProcess,
  type ProductionProcess,
} from '@consort/testing/consort';
import { dataSetDigest } from '@consort/dicom/part10';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ctImages } from './durability/transfer.ts';
import { writeProduction } from './durability/write-production.ts';
import { describeWith } from './house/peers.ts';

const study = '1.3.6.1.4.1.5962.1.2.1.20040119072730.12322';

let folder: string;
let data: string;
let file: string;
let port: number;
let images: readonly string[];
let production: ProductionProcess;

describeWith(['redis', 'pydicom'], 'what became of an image', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consort-proof-'));
    data = join(folder, 'data');
    port = await freePort();
    file = await writeProduction(folder, port, {
      service: { acknowledge: 'stored' },
      retry: '{ interval: 500ms, timeout: -1 }',
    });
    images = await ctImages(4, folder);
    production = await startProductionProcess(file, { data });
  });

  afterAll(async () => {
    await production.stop();
    await rm(folder, { recursive: true });
  });

  it('is proven from receipt to delivery once it is in its file', async () => {
    const [image = ''] = images;
    await send(image);
    await until(async () => (await json('proof', study)).proven === 1);
    const proof = await json('proof', study);
    const digest = await dataSetDigest(image);
    const [stored] = await receivedFiles(join(folder, 'received'));
    expect(stored?.digest).toBe(digest);
    expect(proof).toMatchObject({
      received: 1,
      images: [
        {
          isProven: true,
          state: 'completed',
          arrival: { callingAeTitle: 'ORTHANC', calledAeTitle: 'IRIS' },
          answered: { status: '0000' },
          document: { digest },
          delivered: [
            {
              host: 'File',
              peer: `file:${stored?.name.slice(join(folder, 'received').length + 1)}`,
              status: 'written',
              digest,
              isSame: true,
            },
          ],
          holes: [],
        },
      ],
    });
    expect(await run('proof', study)).toMatchObject({
      code: 0,
      output: expect.stringContaining('1 of 1 reception proven') as string,
    });
    expect((await run('why', '1')).output).toMatch(/^2 {2}File delivered it to a file/m);
  });

  it('that cannot be written is said, to whoever asks for it or for one behind it', async () => {
    await rename(join(folder, 'received'), join(folder, 'away'));
    await writeFile(join(folder, 'received'), 'a file is in the way');
    await send(...images.slice(1));
    await until(async () => (await json('studies')).studies[0].retrying === 1);
    const { code, output } = await run('proof', study);
    expect(code).toBe(1);
    expect(output).toMatch(/HOLE +File retries message \d+: FILE_NOT_WRITTEN: cannot write to /);
    expect(output).toContain('1 of 4 receptions proven');

    const why = (await run('why', study)).output.split('\n');
    expect(why[0]).toBe('4 images received, 1 of them completed');
    expect(why[1]).toMatch(
      /^message \d+ File failed (once at|\d+ times since) [\d:]{8} \(FILE_NOT_WRITTEN: /,
    );
    expect(why[2]).toMatch(
      /^message \d+ waits behind message \d+, which waits for the response to message \d+, which is being retried: File failed /,
    );
    expect(why[3]).toMatch(/^ {2}the same of 1 more, up to message \d+$/);
    const { legs } = await json('why', study);
    expect(legs.map(({ kind }: { kind: string }) => kind)).toEqual(
      expect.arrayContaining(['done', 'retrying', 'behind', 'waitingForResponse']),
    );
    expect((await run('study', study)).output).toContain('1 retrying, 2 waiting or in progress');
  });

  it('goes on after a stop, which why knows of, and has one receipt each', async () => {
    await production.stop();
    const { output } = await run('why', study);
    expect(output).toContain('the production is not running (Suspended)');
    await rm(join(folder, 'received'));
    await rename(join(folder, 'away'), join(folder, 'received'));
    production = await startProductionProcess(file, { data });
    await until(async () => (await json('proof', study)).proven === 4);
    const proof = await json('proof', study);
    const delivered = proof.images.map(
      ({ delivered: one }: { delivered: unknown[] }) => one.length,
    );
    expect(delivered).toEqual([1, 1, 1, 1]);
    expect((await run('why', study)).output.trim()).toBe(
      '4 images received, all of them completed',
    );
  });

  it('that comes again is told from one that comes with other content, which is a Warning', async () => {
    const [image = ''] = images;
    const changed = await readFile(image);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    const other = join(folder, 'other.dcm');
    await writeFile(other, changed);
    await send(image, other, other);
    await until(async () => (await json('proof', study)).proven === 7);
    const { studies, duplicates } = await json('study', study);
    expect(studies).toMatchObject([
      { received: 7, completed: 7, instances: 4, sentAgain: 2, otherContent: 1 },
    ]);
    const [again, otherContent, otherAgain] = duplicates;
    expect(again).toMatchObject({ kind: 'sentAgain', of: 1 });
    expect(otherContent).toMatchObject({ kind: 'otherContent', of: 1 });
    expect(otherAgain).toMatchObject({ kind: 'sentAgain', of: otherContent.messageId });
    const { events } = await json('events', '--code', 'OTHER_CONTENT');
    expect(events).toMatchObject([
      {
        type: 'Warning',
        host: 'Door',
        messageId: otherContent.messageId,
        details: { otherMessageId: 1 },
      },
    ]);
    expect(JSON.stringify(events)).not.toContain('1.3.6.1.4.1.5962');
    expect((await run('studies')).output).toContain('OTHER CONTENT under 1 UID, 2 sent again');
    expect((await run('proof', study)).output).toContain(
      'OTHER CONTENT: message 1 brought another data set under the same SOP Instance UID',
    );
  });

  it('that never came is not found', async () => {
    expect(await run('proof', '1.2.3')).toMatchObject({ code: 5 });
    expect(await run('study', '1.2.3')).toMatchObject({ code: 5 });
    expect(await run('why', '4711')).toMatchObject({ code: 5 });
  });
});

async function send(...files: readonly string[]): Promise<void> {
  const sent = await sendFiles({ port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' }, files);
  expect(sent.map(({ status }) => status)).toEqual(files.map(() => 0));
}

async function run(...args: readonly string[]): Promise<{ code: unknown; output: string }> {
  const verb = spawnProduction([...args, '--data', data]);
  const code = await verb.ended;
  return { code, output: verb.output() };
}

// What the verbs print is held against their schema elsewhere.
async function json(...args: readonly string[]): Promise<any> {
  const { output } = await run(...args, '--json');
  return output.startsWith('{') ? JSON.parse(output) : {};
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(100);
}
