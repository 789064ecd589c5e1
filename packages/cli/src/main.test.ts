import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { lockDirectory, openMessageStore } from '@consort/store';
import type { Message, MessageBody } from '@consort/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openControl } from './control.ts';
import { scenarioSchema } from './scenarios/scenario-keys.ts';
import { jsonSchema } from './json/json-schema.ts';
import { outputs } from './json/outputs.ts';

const main = new URL('./main.ts', import.meta.url).pathname;
const service = 'EnsLib.DICOM.Service.TCP';
const process_ = 'Demo.DICOM.Process.StorageLocal';
const operation = 'Demo.DICOM.Operation.File';
const patientId = 'SECRET-4711';
// It is the number of a message too.
const accession = '7';

let folder: string;
let file: string;
let data: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'consort-cli-'));
  file = join(folder, 'production.yaml');
  data = join(folder, '.consort');
  mkdirSync(data);
  writeFileSync(file, productionText);
  writeFileSync(join(folder, 'keep.ts'), component);
  await fillRecord();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the reading verbs', () => {
  it('find the production in the folder they are called in', async () => {
    const { code, stdout } = await run(['status'], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toContain('Demo.DICOM');
    expect(stdout).toContain('Associations refused in the last hour');
    expect(stdout).toContain('remoteAet: [ORTHANC, STRANGER]');
    expect(stdout).toContain('DISK_FULL: cannot write to /data');
  });

  it('say that a record without a living process has ended without a stop', async () => {
    const { stdout } = await run(['status', '-p', file]);
    expect(stdout).toContain('Troubled');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'ended without a stop; start it again: nothing needs repairing',
    );
    const { production } = await json('status');
    expect(production).toMatchObject({ state: 'Troubled', isAnswering: false });
  });

  it('say since when a running production does not answer', async () => {
    const lock = lockDirectory(data);
    const { production } = await json('status');
    const { stdout } = await run(['status', '-p', file]);
    lock.release();
    expect(production).toMatchObject({ state: 'Running', isAnswering: false, pid: 4711 });
    // In the words of /readyz.
    expect(production).toMatchObject({ ready: false });
    expect(production.reasons).toContain('the heartbeat is late');
    expect(stdout).toContain('not ready: the heartbeat is late');
    expect(production.explanation).toMatch(/^not answering since /);
  });

  it('count the messages of each host', async () => {
    const { stdout } = await run(['queues', '-p', file]);
    expect(stdout).toMatch(/Host +Queued +In progress +Retrying/);
    const { queues } = await json('queues');
    expect(queues.find(({ host }) => host === operation)).toMatchObject({
      completed: 1,
      failed: 1,
    });
  });

  it('list messages without patient data, by what identifies an image', async () => {
    const all = await run(['messages', '-p', file]);
    expect(all.stdout).toContain(process_);
    expect(all.stdout).not.toContain(patientId);
    const { messages } = await json('messages', '--patient', patientId);
    expect(messages.length).toBeGreaterThan(0);
    expect((await json('messages', '--patient', 'nobody')).messages).toEqual([]);
    expect((await json('messages', '--status', 'Error')).messages.map(({ id }) => id)).toHaveLength(
      2,
    );
  });

  it('list messages by when they were made', async () => {
    const all = (await json('messages', '--since', '1h')).messages;
    expect(all).toHaveLength(8);
    expect((await json('messages', '--until', '1h')).messages).toEqual([]);
    const [last] = (await json('messages', '--session', '1')).messages;
    const until = last?.timeCreated ?? '';
    const before = (await json('messages', '--since', '1h', '--until', until)).messages;
    expect(before).toEqual(all.filter(({ timeCreated }) => timeCreated < until));
    expect(before.length).toBeGreaterThan(0);
    const { code, stderr } = await run(['messages', '-p', file, '--since', 'yesterday']);
    expect(stderr).toContain('--since "yesterday" is no time');
    expect(code).toBe(2);
  });

  it('give the next page of a list', async () => {
    const first = await json('messages', '--limit', '2');
    const second = await json('messages', '--limit', '2', '--before', String(first.next));
    expect([...first.messages, ...second.messages].map(({ id }) => id)).toEqual([8, 7, 6, 5]);
  });

  it('show one message whole, patient data included', async () => {
    const { stdout } = await run(['show', '1', '-p', file]);
    expect(stdout).toContain(patientId);
    expect(stdout).toContain('ORTHANC');
    expect(stdout).toMatch(/peer +answered 0000 after/);
    expect((await json('show', '1')).body?.document?.attributes.patientId).toBe(patientId);
  });

  it('draw a session, also by the number of one of its messages', async () => {
    const { stdout } = await run(['trace', '1', '-p', file]);
    expect(stdout).toContain('Session 1');
    expect(stdout).toContain('Sent, answered 0000');
    expect(await run(['trace', '2', '-p', file])).toMatchObject({ code: 0, stdout });
    const { messages } = await json('trace', '1');
    expect(messages.map(({ header: { status } }) => status)).toEqual(
      Array.from({ length: 4 }, () => 'Completed'),
    );
  });

  it('say why each leg is where it is, without patient data', async () => {
    const { stdout } = await run(['why', '5', '-p', file]);
    expect(stdout).toMatch(/^5 {2}.* failed for good at .*; ORTHANC was not answered: peer gone$/m);
    expect(stdout).toMatch(/^8 {2}the error of .* was set aside: peer gone$/m);
    expect(stdout).not.toContain(patientId);
    const { legs } = await json('why', '1');
    expect(legs.map(({ messageId, kind }) => [messageId, kind])).toEqual([
      [1, 'done'],
      [2, 'done'],
      [3, 'done'],
      [4, 'done'],
    ]);
    const { images } = await json('why', '1.2.3');
    expect(images).toEqual({ received: 2, completed: 1 });
  });

  it('say whether the number of a message is meant, or an accession number', async () => {
    const { code, stderr } = await run(['why', accession, '-p', file]);
    expect(stderr).toContain(`write message:${accession} or accession:${accession}`);
    expect(code).toBe(2);
    expect((await json('why', `message:${accession}`)).legs).toHaveLength(4);
    expect((await json('why', `accession:${accession}`)).images).toMatchObject({ received: 2 });
    expect((await json('study', accession)).studies).toHaveLength(1);
  });

  it('prove what came and went, and fail where something is missing', async () => {
    const { code, stdout } = await run(['proof', '1.2.3', '-p', file]);
    expect(stdout).toContain(`HOLE       ${operation} completed message 2 without a receipt`);
    expect(stdout).toContain('HOLE       Demo.DICOM.Operation.File failed on message 6: DISK_FULL');
    expect(stdout).toContain('0 of 2 receptions proven');
    expect(code).toBe(1);
    const { images } = await json('proof', '1.2.3');
    expect(images.map(({ messageId, isProven }) => [messageId, isProven])).toEqual([
      [1, false],
      [5, false],
    ]);
  });

  it('count studies', async () => {
    const { studies } = await json('studies', '--since', '1h', '--limit', '5');
    expect(studies).toMatchObject([{ received: 2, completed: 1, failed: 1, sentAgain: 1 }]);
    expect((await json('studies', '--until', '1h')).studies).toEqual([]);
    expect(await json('study', '1.2.3')).toEqual({
      studies,
      duplicates: [{ messageId: 5, kind: 'sentAgain', of: 1 }],
    });
    expect((await run(['studies', '-p', file])).stdout).toMatch(/Received +Completed +Waiting/);
  });

  it('say in one line how the last session failed', async () => {
    const { stdout } = await run(['trace', 'last', '-p', file]);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      `Error at ${operation}: DISK_FULL: cannot write to /data: no space left; Discarded: peer gone`,
    );
    expect((await json('trace', 'last')).summary).toContain('Discarded: peer gone');
  });

  it('list events, newest last', async () => {
    const { stdout } = await run(['events', '-p', file, '--type', 'Warning']);
    expect(stdout).toContain('ASSOCIATION_REFUSED');
    const { events } = await json('events', '--since', '1h');
    expect(events.map(({ id }) => id)).toEqual(events.map(({ id }) => id).sort((a, b) => a - b));
  });

  it('draw with ASCII where the locale is not UTF-8', async () => {
    const { stdout } = await run(['trace', 'last', '-p', file], { env: { LC_ALL: 'C' } });
    expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('colour nothing in a pipe, and end quietly when the pipe ends', async () => {
    expect((await run(['status', '-p', file])).stdout).not.toContain('\u001b');
    const child = spawn('sh', [
      '-c',
      `"${process.execPath}" "${main}" messages --json -p "${file}" | head -c 1`,
    ]);
    expect(await text(child.stderr)).toBe('');
  });
});

describe('the exit code', () => {
  it.each([
    ['is 0 when it is done', ['queues'], 0, ''],
    ['is 0 for help', ['--help'], 0, ''],
    ['is 2 for a command there is none of', ['statsu'], 2, 'Did you mean status?'],
    ['is 2 for an option there is none of', ['status', '--jsno'], 2, 'Did you mean --json?'],
    ['is 2 for a number that is none', ['show', 'first'], 2, 'error[USAGE]'],
    ['is 2 for a limit that is none', ['messages', '--limit', 'all'], 2, 'whole number'],
    ['is 2 without a command', [], 2, 'Usage:'],
    ['is 4 when nothing answers', ['stop'], 4, 'error[NOT_RUNNING]'],
    ['is 5 for a message there is none of', ['show', '999'], 5, 'error[NOT_FOUND]'],
    ['is 5 for a session there is none of', ['trace', '999'], 5, 'error[NOT_FOUND]'],
  ])('%s', async (_, args, expected, said) => {
    const { code, stderr } = await run(args, { cwd: folder });
    expect(stderr).toContain(said);
    expect(code).toBe(expected);
  });

  it('is 5 where there is no production file', async () => {
    const { code, stderr } = await run(['status'], { cwd: data });
    expect(code).toBe(5);
    expect(stderr).toMatch(/^error\[PRODUCTION_NOT_FOUND\]: .*-p/);
  });

  it('is 5 for a production that was never started', async () => {
    const { code, stderr } = await run(['status', '-p', file, '--data', join(folder, 'other')]);
    expect(code).toBe(5);
    expect(stderr).toContain(`production start ${file}`);
  });

  it('is 4 when the record cannot be read', async () => {
    const other = join(folder, 'damaged');
    mkdirSync(other);
    writeFileSync(join(other, 'messages.db'), 'this is not a database at all'.repeat(200));
    const { code, stderr } = await run(['status'], { env: { CONSORT_DATA: other } });
    expect(stderr).toContain('error[STORE_UNAVAILABLE]');
    expect(code).toBe(4);
  });
});

describe('check', () => {
  it('says that a production is fine', async () => {
    const { code, stdout } = await run(['check', file]);
    expect(stdout).toContain('Demo.Small is fine: 1 host');
    expect(code).toBe(0);
  });

  it('says where every mistake stands, and exits with 3', async () => {
    writeFileSync(join(folder, 'wrong.yaml'), `${productionText}      compnent: ./keep.ts\n`);
    const { code, stdout } = await run(['check', 'wrong.yaml'], { cwd: folder });
    expect(stdout).toMatch(/^wrong\.yaml:\d+:\d+: error\[[A-Z_]+\]: /);
    expect(stdout).toContain('1 mistake');
    expect(code).toBe(3);
    const { isValid, findings } = await json('check', join(folder, 'wrong.yaml'));
    expect(isValid).toBe(false);
    expect(findings).toHaveLength(1);
  });
});

describe('backup and restore', () => {
  it(
    'say what was copied, what is not in it, and what to do next',
    { timeout: 60_000 },
    async () => {
      const backups = join(folder, 'backups');
      // The document that its messages name was never there.
      const made = await run(['backup', backups, '-p', file]);
      expect(made.code).toBe(1);
      expect(made.stdout).toMatch(/^backup 20\S+ is in /);
      expect(made.stdout).toContain('8 messages, 0 of them not finished');
      expect(made.stdout).toContain(
        `1 documents that messages name are not in it: ${'ab'.repeat(32)}`,
      );
      const { backup, lacking } = await json('backup', backups, '--keep', '1');
      expect(lacking).toEqual([{ digest: 'ab'.repeat(32), reason: 'missing' }]);
      const { lastBackup } = await json('status');
      expect(lastBackup).toMatchObject({ directory: backups });
      expect((await run(['status', '-p', file])).stdout).toMatch(/last backup .* ago, to /);

      expect(await json('restore', backups, '--dry-run')).toMatchObject({ backup, messages: 8 });
      const other = join(folder, 'elsewhere');
      const restored = await run(['restore', backups, '-p', file, '--data', other]);
      expect(restored.stdout).toContain(`backup ${backup} of Demo.DICOM is restored to ${other}`);
      expect(restored.stdout).toContain('Next: production start');
      expect((await run(['trace', 'last', '--data', other])).code).toBe(0);
    },
  );

  it.each([
    ['a backup around the data directory', ['backup', '.'], 'BACKUP_REFUSED'],
    ['a restore over a record', ['restore', 'backups'], 'RESTORE_REFUSED'],
    ['a restore from nowhere', ['restore', 'nowhere'], 'BACKUP_INVALID'],
  ])('refuse %s', async (_, args, code) => {
    const { code: exit, stderr } = await run([...args, '-p', file], { cwd: folder });
    expect(stderr).toContain(`error[${code}]`);
    expect(exit).toBe(1);
  });
});

describe('stop', () => {
  it('waits until the production has let go of its data directory', async () => {
    const lock = lockDirectory(data);
    const control = await openControl(data, {
      stop: () => void setTimeout(() => lock.release(), 300),
    });
    const { code, stderr } = await run(['stop', '-p', file]);
    await control.close();
    expect(stderr).toContain('stopped');
    expect(code).toBe(0);
  });

  it('fails when the production does not end in time', async () => {
    const lock = lockDirectory(data);
    const control = await openControl(data, { stop: () => undefined });
    const { code, stderr } = await run(['stop', '-p', file, '--timeout', '200ms']);
    await control.close();
    lock.release();
    expect(stderr).toContain('error[REQUEST_TIMEOUT]');
    expect(code).toBe(1);
  });
});

describe('docs/cli-json.schema.json', () => {
  it('is what packages/cli/src/json/generate.ts writes', () => {
    const committed = new URL('../../../docs/cli-json.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(committed, 'utf8'))).toEqual(jsonSchema());
  });

  it('stands beside scenario.schema.json, which it writes too', () => {
    const committed = new URL('../../../docs/scenario.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(committed, 'utf8'))).toEqual(scenarioSchema());
  });
});

/** Runs a verb with --json and holds its output against the schema; a key that is not documented fails. */
async function json<Verb extends keyof typeof outputs>(verb: Verb, ...args: string[]) {
  const { code, stdout, stderr } = await run([verb, ...args, '--json', '-p', file]);
  const mayFail = ['check', 'proof', 'backup', 'restore'].includes(verb);
  if (code !== 0 && !mayFail) throw new Error(stderr);
  const given: unknown = JSON.parse(stdout);
  const parsed = outputs[verb].parse(given);
  expect(given).toEqual(parsed);
  return parsed as ReturnType<(typeof outputs)[Verb]['parse']>;
}

function run(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C.UTF-8', FORCE_COLOR: undefined, ...options.env };
    const child = execFile(
      process.execPath,
      [main, ...args],
      { cwd: options.cwd ?? tmpdir(), env, timeout: 20_000 },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

const productionText = `name: Demo.Small
processes:
  Demo.Keep:
    component: ./keep.ts
    settings:
      note: kept
`;

const component = `import { defineProcess } from '${import.meta.resolve('@consort/core')}';
import { z } from '${import.meta.resolve('zod')}';
export default defineProcess({
  description: 'Keeps what it gets.',
  settings: z.object({ note: z.string() }),
  onRequest() {},
});
`;

const image: MessageBody = {
  type: 'dicom.document',
  document: {
    digest: 'ab'.repeat(32),
    size: 1234,
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
    attributes: { patientId, accessionNumber: accession, sopInstanceUid: '1.2.3' },
  },
};

/** One image that was stored, one whose peer hung up while the disk was full, and a refusal. */
async function fillRecord(): Promise<void> {
  const store = await openMessageStore(data);
  await store.setProduction({
    name: 'Demo.DICOM',
    file,
    status: 'Running',
    pid: 4711,
    startedAt: '2026-08-25T10:00:00.000Z',
    heartbeatAt: '2026-08-25T12:00:00.000Z',
  });
  for (const [name, type] of [
    [service, 'BusinessService'],
    [process_, 'BusinessProcess'],
    [operation, 'BusinessOperation'],
  ] as const) {
    await store.setHost({ name, type, component: './x.ts', poolSize: 1, status: 'Running' });
  }
  await store.log({
    type: 'Warning',
    code: 'ASSOCIATION_REFUSED',
    host: service,
    text: 'refused 10.0.0.1; to accept it, write at production.yaml:5:9: remoteAet: [ORTHANC, STRANGER]',
    details: { peerAddress: '10.0.0.1' },
  });

  const stored = { status: 'Completed', body: { type: 'dicom.command', status: 0 } } as const;
  await session(store, stored, async (request, response) => {
    await store.answered(request, { status: '0000' });
    await store.finish(response, { status: 'Completed' });
  });
  const failed = { code: 'DISK_FULL', text: 'cannot write to /data: no space left' };
  await session(store, { status: 'Error', error: failed }, async (request, response) => {
    await store.answered(request, { status: 'none', note: 'peer gone' });
    await store.finish(response, { status: 'Discarded', note: 'peer gone' });
  });
  await store.close();
}

type Store = Awaited<ReturnType<typeof openMessageStore>>;
type Claim = NonNullable<Awaited<ReturnType<Store['claim']>>>['claim'];

async function session(
  store: Store,
  outcome: Parameters<Store['finish']>[1],
  end: (request: number, response: Claim) => Promise<void>,
): Promise<void> {
  const claim = async (host: string): Promise<Message & { claim: Claim }> => {
    const claimed = await store.claim(host, 1, 'test');
    if (!claimed) throw new Error(`nothing to claim for ${host}`);
    return claimed;
  };
  const first = await store.send({
    source: service,
    sourceType: 'BusinessService',
    target: process_,
    targetType: 'BusinessProcess',
    body: image,
    priority: 'Async',
    responseRequired: true,
    arrival: {
      associationId: 'a1',
      peerAddress: '127.0.0.1',
      callingAeTitle: 'ORTHANC',
      calledAeTitle: 'IRIS',
    },
  });
  const { claim: working } = await claim(process_);
  const second = await store.send({
    source: process_,
    sourceType: 'BusinessProcess',
    target: operation,
    targetType: 'BusinessOperation',
    body: image,
    priority: 'Sync',
    responseRequired: true,
    parent: { claim: working, index: 0 },
  });
  const writing = await claim(operation);
  await store.finish(writing.claim, outcome);
  await store.takeResponse(second.id);
  await store.finish(working, outcome);
  const answer = await claim(service);
  await end(first.id, answer.claim);
}
