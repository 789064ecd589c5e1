import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openControl, requestControl, runtimeDirectory } from './control.ts';

let root: string;
let data: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'consort-'));
  data = join(root, 'data');
  mkdirSync(data);
  mkdirSync(join(root, 'run'));
  vi.stubEnv('XDG_RUNTIME_DIR', join(root, 'run'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe('the control socket', () => {
  it('hands on the verb that another process asks for', async () => {
    const stopped = Promise.withResolvers<string>();
    const control = await openControl(data, { stop: () => stopped.resolve('stopped') });

    await requestControl(data, 'stop');

    expect(await stopped.promise).toBe('stopped');
    await control.close();
  });

  it('is open to its owner only', async () => {
    const control = await openControl(data, { stop: () => undefined });
    const folder = runtimeDirectory(data);

    expect(statSync(join(folder, 'control.sock')).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await control.close();
  });

  it('is not answered for a verb it does not have', async () => {
    const control = await openControl(data, { stop: () => undefined });
    const status = await new Promise((resolve, reject) => {
      const socketPath = join(runtimeDirectory(data), 'control.sock');
      request({ socketPath, path: '/toString', method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

    expect(status).toBe(404);
    await control.close();
  });

  it('replaces the socket that a killed process has left', async () => {
    writeFileSync(join(runtimeDirectory(data), 'control.sock'), '');
    const control = await openControl(data, { stop: () => undefined });

    await expect(requestControl(data, 'stop')).resolves.toBeUndefined();
    await control.close();
  });

  it('says so when nothing answers', async () => {
    await expect(requestControl(data, 'stop')).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  });

  it('is found by a shell whose XDG_RUNTIME_DIR is another one', async () => {
    vi.stubEnv('XDG_RUNTIME_DIR', undefined);
    const control = await openControl(data, { stop: () => undefined });
    vi.stubEnv('XDG_RUNTIME_DIR', join(root, 'run'));

    await expect(requestControl(data, 'stop')).resolves.toBeUndefined();
    await control.close();
  });
});

describe('the runtime directory', () => {
  it('is short, whatever the length of the data directory', () => {
    const deep = join(data, 'deep'.repeat(40));
    mkdirSync(deep);

    const path = join(runtimeDirectory(deep), 'control.sock');
    expect(path.startsWith(root)).toBe(true);
    expect(Buffer.byteLength(path)).toBeLessThan(100);
  });

  it('is the same by every path that leads to the data directory', () => {
    symlinkSync(data, join(root, 'link'));
    expect(runtimeDirectory(join(root, 'link'))).toBe(runtimeDirectory(data));
  });

  it('is left alone when its name is a link', () => {
    mkdirSync(join(root, 'elsewhere'));
    symlinkSync(join(root, 'elsewhere'), join(root, 'run', `consort-${process.getuid?.()}`));
    expect(() => runtimeDirectory(data)).toThrow(/must be a folder of yours/);
  });

  it('is left alone when others may enter it', () => {
    chmodSync(join(runtimeDirectory(data), '..'), 0o777);
    expect(() => runtimeDirectory(data)).toThrow(/nobody else may enter/);
  });

  it('falls back to another place when XDG_RUNTIME_DIR is not there or too long', () => {
    vi.stubEnv('XDG_RUNTIME_DIR', join(root, 'missing'));
    expect(runtimeDirectory(data).startsWith(tmpdir())).toBe(true);
    const long = join(root, 'x'.repeat(90));
    mkdirSync(long);
    vi.stubEnv('XDG_RUNTIME_DIR', long);
    expect(runtimeDirectory(data).startsWith(long)).toBe(false);
  });
});
