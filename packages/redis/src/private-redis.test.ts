import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startPrivateRedis, type PrivateRedis } from './private-redis.ts';
import { identify, end } from './server-process.ts';
import { urlOf } from './server-address.ts';
import { readRecord } from './server-record.ts';
import { startTestRedis, until } from './test-redis.ts';

let directory: string;
let started: PrivateRedis[];
let warnings: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'private-'));
  started = [];
  warnings = [];
});

afterEach(async () => {
  await Promise.all(started.map((redis) => redis.stop()));
  await rm(directory, { recursive: true, force: true });
});

async function start(socketPath = join(directory, 'r.sock')) {
  const redis = await startPrivateRedis({
    directory: join(directory, 'redis'),
    socketPath,
    warn: (text) => warnings.push(text),
  });
  started.push(redis);
  return redis;
}

/** A production that has started its Redis and then is killed: what remains is the server. */
async function startAndDie(socketPath = join(directory, 'r.sock')) {
  const module = new URL('private-redis.ts', import.meta.url).href;
  const script = `
    const { startPrivateRedis } = await import(${JSON.stringify(module)});
    const { url } = await startPrivateRedis(${JSON.stringify({ directory: join(directory, 'redis'), socketPath })});
    console.log(url);
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGKILL');
  await once(child, 'exit');
  return url.toString().trim();
}

async function who(url: string) {
  const server = await identify(url);
  server?.redis.disconnect();
  return server;
}

/** Runs one command at a server that answers. */
async function command(url: string, name: string, ...words: string[]) {
  const server = await identify(url);
  try {
    return await server?.redis.call(name, ...words);
  } finally {
    server?.redis.disconnect();
  }
}

function isAlive(pid: number) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a fresh server keeps an append-only file, evicts nothing, and ends without a trace', async () => {
  const redis = await start();
  expect(redis).toMatchObject({ isReattached: false, url: expect.stringContaining('r.sock') });
  expect(redis.version).toMatch(/^\d+\.\d+/);
  expect(await command(redis.url, 'CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'yes']);
  expect(await command(redis.url, 'CONFIG', 'GET', 'port')).toEqual(['port', '0']);
  expect(await command(redis.url, 'CONFIG', 'GET', 'save')).toEqual(['save', '']);
  expect(await command(redis.url, 'CONFIG', 'GET', 'maxmemory-policy')).toEqual([
    'maxmemory-policy',
    'noeviction',
  ]);
  expect(statSync(join(directory, 'r.sock')).mode & 0o777).toBe(0o700);
  for (const file of ['redis.conf', 'run-id']) {
    expect(statSync(join(directory, 'redis', file)).mode & 0o777).toBe(0o600);
  }
  const { pid } = (await who(redis.url))!;
  await redis.stop();
  await until(() => !isAlive(pid));
  expect(existsSync(join(directory, 'r.sock'))).toBe(false);
  expect(existsSync(join(directory, 'redis', 'run-id'))).toBe(false);
  expect(warnings).toEqual([]);
});

test('what was queued is there again after a stop and a start', async () => {
  const redis = await start();
  await command(redis.url, 'SET', 'kept', 'yes');
  await redis.stop();
  const again = await start();
  expect(await command(again.url, 'GET', 'kept')).toBe('yes');
});

test('Ctrl-C at the terminal does not reach the server: it has a process group of its own', async () => {
  const redis = await start();
  const { pid } = (await who(redis.url))!;
  const ps = spawn('ps', ['-o', 'pgid=', '-p', String(pid)]);
  const [group] = (await once(ps.stdout, 'data')) as [Buffer];
  expect(Number(group)).toBe(pid);
});

test('a socket path that is too long gives a loopback port with a password that no command line shows', async () => {
  const redis = await start(join(directory, `${'x'.repeat(100)}.sock`));
  const { hostname, port, password } = new URL(redis.url);
  expect(hostname).toBe('127.0.0.1');
  expect(password.length).toBeGreaterThan(30);
  const { pid } = (await who(redis.url))!;
  expect(await who(`redis://127.0.0.1:${port}`)).toBeUndefined();
  if (process.platform === 'linux') {
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(password);
  }
});

test('a socket that cannot be made gives a loopback port', async () => {
  await writeFile(join(directory, 'file'), '');
  const redis = await start(join(directory, 'file', 'r.sock'));
  expect(new URL(redis.url).hostname).toBe('127.0.0.1');
});

test.each([['a socket'], ['a port']])(
  'after its production was killed, a server on %s is found again, and is still watched',
  async (where) => {
    const socketPath = join(directory, where === 'a port' ? `${'x'.repeat(100)}.sock` : 'r.sock');
    const url = await startAndDie(socketPath);
    const before = await who(url);
    const redis = await start(socketPath);
    expect(redis).toMatchObject({ isReattached: true, url });
    expect((await who(url))?.runId).toBe(before?.runId);

    process.kill(before!.pid, 'SIGKILL');
    await until(async () => (await who(url)) !== undefined);
    expect((await who(url))?.runId).not.toBe(before?.runId);

    const { pid } = (await who(url))!;
    await redis.stop();
    await until(() => !isAlive(pid));
  },
);

test('stopping a server that was found again ends it', async () => {
  const url = await startAndDie();
  const { pid } = (await who(url))!;
  const redis = await start();
  expect(redis.isReattached).toBe(true);
  await redis.stop();
  await until(() => !isAlive(pid));
});

test('a server that is killed is replaced at the same address, with what was queued', async () => {
  const { url } = await start();
  const before = (await who(url))!;
  await command(url, 'SET', 'kept', 'yes');
  await until(async () =>
    String(await command(url, 'INFO', 'persistence')).includes('aof_pending_bio_fsync:0'),
  );
  process.kill(before.pid, 'SIGKILL');
  await until(async () => (await who(url)) !== undefined);
  expect((await who(url))?.runId).not.toBe(before.runId);
  expect(await command(url, 'GET', 'kept')).toBe('yes');
  await until(() => warnings.length === 1);
  expect(warnings[0]).toMatch(/^the private Redis has ended; another has taken its place/);
  await until(async () => (await readRecord(join(directory, 'redis')))?.runId !== before.runId);
});

test('a server that hangs is replaced, also one that was found again', async () => {
  const url = await startAndDie();
  await start();
  const { pid, runId } = (await who(url))!;
  process.kill(pid, 'SIGSTOP');
  await until(() => warnings.some((text) => text.includes('does not answer')));
  await until(() => !isAlive(pid));
  expect((await who(url))?.runId).not.toBe(runId);
}, 60_000);

test.each([['the data'], ['the whole directory']])(
  'a server is replaced when %s was deleted',
  async (what) => {
    const { url } = await start();
    const before = (await who(url))!;
    const data = join(directory, 'redis');
    const deleted = what === 'the data' ? await aof(data) : data;
    await rm(deleted, { recursive: true });
    await until(() => warnings.some((text) => text.includes('has lost its data directory')));
    const now = (await who(url))!;
    expect(now.runId).not.toBe(before.runId);
    await until(() => !isAlive(before.pid));
    await aof(data);
    expect((await readRecord(data))?.runId).toBe(now.runId);
  },
);

test('a server is replaced when its socket file was deleted', async () => {
  const { url } = await start();
  const before = (await who(url))!;
  await rm(join(directory, 'r.sock'));
  await until(async () => (await who(url)) !== undefined);
  expect((await who(url))?.runId).not.toBe(before.runId);
  await until(() => !isAlive(before.pid));
});

test('a stranger at the recorded address is left alone', async () => {
  const stranger = await startTestRedis();
  const old = await startAndDie();
  await end((await identify(old))!, 5000);
  const file = join(directory, 'redis', 'run-id');
  const record = JSON.parse(readFileSync(file, 'utf8')) as object;
  try {
    await writeFile(
      file,
      JSON.stringify({ ...record, address: { socketPath: stranger.socketPath } }),
    );
    const redis = await start(stranger.socketPath);
    expect(redis.isReattached).toBe(false);
    expect(redis.url).not.toBe(stranger.url);
    await redis.stop();
    expect(await stranger.command('PING')).toBe('PONG');
  } finally {
    await stranger.remove();
  }
});

test.each([['run id'], ['directory']])(
  'a server whose %s is not the recorded one is no server of ours',
  async (what) => {
    const url = await startAndDie();
    const left = (await identify(url))!;
    const file = join(directory, 'redis', 'run-id');
    const record = JSON.parse(readFileSync(file, 'utf8')) as object;
    const other = what === 'run id' ? { runId: '0'.repeat(40) } : { data: directory };
    try {
      await writeFile(file, JSON.stringify({ ...record, ...other }));
      const redis = await start();
      expect(redis.isReattached).toBe(false);
      expect((await who(url))?.runId).toBe(left.runId);
      // Two servers must not write the same files.
      expect((await who(redis.url))?.data).not.toBe(left.data);
    } finally {
      await end(left, 5000);
    }
  },
);

test('a stale socket file is taken over', async () => {
  const url = await startAndDie();
  const { pid } = (await who(url))!;
  process.kill(pid, 'SIGKILL');
  await until(async () => (await who(url)) === undefined);
  expect(existsSync(join(directory, 'r.sock'))).toBe(true);
  const redis = await start();
  expect(redis).toMatchObject({ isReattached: false, url });
});

test.each([
  ['cut off in its base', (file: string) => truncate(file, 20), 'base'],
  ['overwritten', (file: string) => writeFile(file, 'garbage\r\n'.repeat(50)), 'incr'],
  ['gone in part', (file: string) => rm(file), 'incr'],
] as const)('an append-only file that is %s is moved aside', async (_what, damage, part) => {
  const data = join(directory, 'redis');
  const redis = await start();
  await command(redis.url, 'SET', 'key', 'value');
  await redis.stop();
  const folder = await aof(data);
  const files = await readdir(folder, { recursive: true });
  const file = files.find((name) => name.includes(`.${part}.`)) ?? '';
  // Before Redis 7 all is in one file.
  await damage(file ? join(folder, file) : folder);

  const again = await start();
  expect(await command(again.url, 'PING')).toBe('PONG');
  expect(await readdir(data)).toContainEqual(
    expect.stringMatching(/^appendonly.*\.damaged-\d+T\d+$/),
  );
  expect(warnings).toEqual([expect.stringContaining('Redis refuses its own data')]);
});

test('a directory that was copied while its server ran is given a server of its own', async () => {
  const first = await start();
  const copy = join(directory, 'copy');
  await cp(join(directory, 'redis'), copy, { recursive: true });
  const second = await startPrivateRedis({
    directory: copy,
    socketPath: join(directory, 'c.sock'),
  });
  started.push(second);
  expect(second.isReattached).toBe(false);
  expect((await who(second.url))?.runId).not.toBe((await who(first.url))?.runId);
});

async function aof(data: string) {
  const candidates = ['appendonlydir', 'appendonly.aof'].map((name) => join(data, name));
  await until(() => candidates.some((path) => existsSync(path)));
  return candidates.find((path) => existsSync(path))!;
}

test('the record says where the server is', async () => {
  const { url } = await start();
  const record = (await readRecord(join(directory, 'redis')))!;
  expect(urlOf(record.address)).toBe(url);
});
