import Database from 'better-sqlite3';
import { once } from 'node:events';
import {
  appendFile,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rm,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMessageReader } from '@consort/store';
import {
  freePort,
  sendFiles,
  spawnProduction,
  startProductionProcess,
  type ProductionProcess,
} from '@consort/testing/consort';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { outputs } from '../packages/cli/src/json/outputs.ts';
import { startTestRedis } from '../packages/redis/src/test-redis.ts';
import { ctImages } from './durability/transfer.ts';
import { writeProduction } from './durability/write-production.ts';
import { describeWith } from './house/peers.ts';

let folder: string;
let data: string;
let file: string;
let port: number;
let production: ProductionProcess;

describeWith(['redis', 'pydicom'], 'production doctor', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consort-doctor-'));
    data = join(folder, 'data');
    port = await freePort();
    file = await writeProduction(folder, port, {});
    // Whatever room this machine has, it is enough.
    await appendFile(file, 'retention: { minFreeSpace: 0%, refuseBelow: 0% }\n');
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('finds nothing wrong before the first start', async () => {
    const { code, findings } = await doctor();
    expect(code).toBe(0);
    expect(found(findings, 'ports')).toMatchObject([
      {
        severity: 'fine',
        text: expect.stringMatching(`port ${port} of Door .* is free`) as string,
      },
    ]);
    expect(found(findings, 'record')).toMatchObject([{ text: 'nothing has run here yet' }]);
    expect(found(findings, 'redis')[0]?.text).toMatch(/a start runs .*-server \(\d+\.\d+/);
  });

  it('finds nothing wrong with a production that runs, and that the port is its own', async () => {
    production = await startProductionProcess(file, { data });
    const images = await ctImages(3, folder);
    await sendFiles({ port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' }, images);
    const { code, findings } = await doctor('--deep');
    expect(findings.filter(({ severity }) => severity !== 'fine')).toEqual([]);
    expect(code).toBe(0);
    expect(found(findings, 'ports')[0]?.text).toContain('is held by the production itself');
    expect(found(findings, 'redis')[0]?.text).toMatch(
      /^(Redis|Valkey) \d+\..* at redis\+unix:.*: noeviction, append-only file on$/,
    );
    expect(found(findings, 'disk')[0]?.text).toMatch(/left at the rate of the last day/);
    expect(found(findings, 'documents')[0]?.text).toMatch(
      /^3 documents, .*none is missing, and each has the digest of its name$/,
    );
    expect((await run('doctor')).output).toMatch(/nothing is wrong\n$/);
    await production.stop();
  });

  it('finds a port that another program has', async () => {
    const server = createServer().listen(port, '0.0.0.0');
    await once(server, 'listening');
    const { code, findings } = await doctor();
    server.close();
    expect(code).toBe(1);
    expect(found(findings, 'ports')).toMatchObject([
      {
        severity: 'problem',
        text: expect.stringContaining('is held by another program') as string,
        meaning: 'the service cannot start, and with it the production',
        remedy: expect.stringContaining(`sport = :${port}`) as string,
      },
    ]);
  });

  it('finds a Redis that throws work away, one without append-only file, and one that is not there', async () => {
    const evicting = await startTestRedis('--maxmemory-policy', 'allkeys-lru');
    const forgetful = await startTestRedis();
    const say = async (url: string) => found((await doctor('--redis-url', url)).findings, 'redis');
    expect(await say(evicting.url)).toMatchObject([
      { severity: 'problem', text: expect.stringContaining('allkeys-lru') as string },
    ]);
    expect(await say(forgetful.url)).toMatchObject([
      { severity: 'warning', text: expect.stringContaining('append-only file off') as string },
    ]);
    await evicting.remove();
    await forgetful.remove();
    expect(await say(forgetful.url)).toMatchObject([
      { severity: 'problem', meaning: expect.stringContaining('cannot start until') as string },
    ]);
  });

  it('finds a disk that is too full for the file', async () => {
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('minFreeSpace: 0%', 'minFreeSpace: 99.999999%'));
    const { findings } = await doctor();
    await writeFile(file, text.replaceAll(': 0%', ': 99.999999%'));
    const full = await doctor();
    await writeFile(file, text);
    expect(found(findings, 'disk')).toMatchObject([
      { severity: 'warning', meaning: expect.stringContaining('purged early') as string },
    ]);
    expect(found(full.findings, 'disk')).toMatchObject([
      { severity: 'problem', meaning: expect.stringContaining('A700') as string },
    ]);
  });

  it('finds documents that no message names, that are missing and that have changed', async () => {
    const reader = await openMessageReader(data);
    const [one, two] = await reader.images({});
    await reader.close();
    const pathOf = (digest = '') => join(data, 'documents', digest.slice(0, 2), digest);
    const [lost, changed] = [one?.document.digest, two?.document.digest];
    const bytes = await readFile(pathOf(lost));
    await unlink(pathOf(lost));
    const handle = await open(pathOf(changed), 'r+');
    await handle.write(Buffer.from([0xff]), 0, 1, 200);
    await handle.close();
    const stray = pathOf('ab'.repeat(32));
    await writeFile(stray, 'left over');
    await utimes(stray, new Date(0), new Date(0));

    const { code, findings } = await doctor();
    expect(code).toBe(1);
    expect(found(findings, 'documents')).toMatchObject([
      { severity: 'problem', text: expect.stringContaining(`message ${one?.messageId}`) as string },
      { severity: 'warning', paths: [stray] },
    ]);
    const deep = found((await doctor('--deep')).findings, 'documents');
    expect(deep.map(({ text }) => text)).toEqual([
      expect.stringContaining(`is not there: ${lost?.slice(0, 12)}…`),
      expect.stringContaining(
        `no longer has the bytes that were received: ${changed?.slice(0, 12)}…`,
      ),
      expect.stringContaining('is named by no message'),
    ]);
    await writeFile(pathOf(lost), bytes);
    await unlink(stray);
  });

  it('finds a clock that is behind the record, and one that was set back', async () => {
    const database = new Database(join(data, 'messages.db'));
    const set = database.prepare('UPDATE messages SET time_created = ? WHERE id = ?');
    const newest = database.prepare<[], number>('SELECT max(id) FROM messages').pluck().get() ?? 0;
    set.run(new Date(Date.now() + 3_600_000).toISOString(), newest);
    set.run(new Date(Date.now() - 7_200_000).toISOString(), 2);
    database.close();
    const { code, findings } = await doctor();
    expect(code).toBe(1);
    expect(found(findings, 'clock')).toMatchObject([
      {
        severity: 'problem',
        text: expect.stringContaining(`message ${newest} was made`) as string,
      },
      { severity: 'warning', text: expect.stringContaining('before message 2') as string },
    ]);
  });

  it('finds a file with mistakes, and a record that is none', async () => {
    const broken = join(folder, 'broken');
    await mkdir(broken);
    await writeFile(join(broken, 'messages.db'), 'no database'.repeat(1_000));
    await writeFile(join(folder, 'wrong.yaml'), 'name: Wrong\nservces: {}\n');
    const verb = await run('doctor', '-p', join(folder, 'wrong.yaml'), '--data', broken);
    expect(verb.code).toBe(1);
    expect(verb.output).toMatch(/^problem +production file .*wrong\.yaml has 1 mistake$/m);
    expect(verb.output).toMatch(/^problem +record .*cannot look through the message store/m);
    expect(verb.output).toMatch(/^ +do +production check lists them/m);
  });
});

type Findings = ReturnType<typeof outputs.doctor.parse>['findings'];

function found(findings: Findings, check: string): Findings {
  return findings.filter((finding) => finding.check === check);
}

async function doctor(...args: readonly string[]) {
  const { code, output } = await run('doctor', '-p', file, '--data', data, '--json', ...args);
  const given: unknown = JSON.parse(output);
  const parsed = outputs.doctor.parse(given);
  expect(given).toEqual(parsed);
  expect(parsed.isHealthy).toBe(code === 0);
  for (const { severity, meaning, remedy } of parsed.findings) {
    expect([meaning !== undefined, remedy !== undefined]).toEqual(
      Array.from({ length: 2 }, () => severity !== 'fine'),
    );
  }
  return { code, findings: parsed.findings };
}

async function run(...args: readonly string[]): Promise<{ code: unknown; output: string }> {
  const words = args.includes('--data') ? args : [...args, '-p', file, '--data', data];
  const verb = spawnProduction(words);
  const code = await verb.ended;
  return { code, output: verb.output() };
}
