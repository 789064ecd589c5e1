import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority, sampleStudy, startStorescp } from '@consort/testing/consort';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { outputs } from '../json/outputs.ts';

// Each verb is a process of its own, and others may keep the machine busy.
vi.setConfig({ testTimeout: 120_000 });

const main = new URL('../main.ts', import.meta.url).pathname;
const folder = await mkdtemp(join(tmpdir(), 'consort-send-tls-'));
afterAll(() => rm(folder, { recursive: true }));

const authority = makeAuthority(folder);
const pacs = authority.issue('pacs', { rsa: true });
const own = authority.issue('own', { passphrase: 'open sesame' });
const trusting = ['--tls-ca', authority.file];
const known = [...trusting, '--tls-cert', own.cert, '--tls-key', own.key];
const [image = ''] = sampleStudy();

describe('send and echo over TLS', () => {
  it('speak with storescp +tls, each side knowing the other by its certificate', async () => {
    await using peer = await startStorescp(['+tls', pacs.key, pacs.cert, '+cf', authority.file]);
    const to = ['--to', `PEER@127.0.0.1:${peer.port}`];
    const passphrase = { TLS_PASSPHRASE: 'open sesame' };
    const sent = await run(['send', image, ...to, ...known], passphrase);
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('1 of 1 file sent') });
    expect(await peer.received()).toHaveLength(1);
    const echo = await run(['echo', ...to, ...known, '--json'], passphrase);
    expect(outputs.echo.parse(JSON.parse(echo.stdout))).toMatchObject({ status: '0000' });

    const named = await run(
      ['echo', ...to, ...known, '--tls-server-name', 'x.example'],
      passphrase,
    );
    expect(named.stderr).toMatch(/error\[TLS_FAILED\].* is for another name/);
    const bare = await run(['echo', ...to, ...trusting]);
    expect(bare.stderr).toMatch(/error\[(TLS_FAILED|ASSOCIATION_ABORTED)\].*certificate/);
    const plain = await run(['echo', ...to]);
    expect(plain.stderr).toMatch(/error\[ASSOCIATION_ABORTED\].*; it may speak TLS only/);
    const locked = await run(['echo', ...to, ...known]);
    expect(locked.stderr).toMatch(/error\[TLS_FILES_UNFIT\].*passphrase is missing/);
    expect([named, bare, plain, locked].map(({ code }) => code)).toEqual([1, 1, 1, 1]);
  });

  it('need no certificate of ours where the peer wants none', async () => {
    await using peer = await startStorescp(['+tls', pacs.key, pacs.cert, '-ic']);
    const to = ['--to', `PEER@127.0.0.1:${peer.port}`];
    expect(await run(['send', image, ...to, ...trusting])).toMatchObject({ code: 0 });
    expect(await peer.received()).toHaveLength(1);
  });

  it('end with a code where the peer speaks plain DICOM', async () => {
    await using peer = await startStorescp();
    const { code, stderr } = await run([
      'echo',
      '--to',
      `PEER@127.0.0.1:${peer.port}`,
      ...trusting,
    ]);
    expect(stderr).toMatch(/error\[TLS_FAILED\].*plain DICOM/);
    expect(code).toBe(1);
  });

  it.each([
    [['--tls-cert', own.cert, '--tls-key', own.key], /--tls-ca is missing/],
    [[...trusting, '--tls-cert', own.cert], /--tls-cert needs --tls-key/],
    [[...trusting, '--tls-key', own.key], /--tls-key needs --tls-cert/],
  ])('are not understood with half of the options: %j', async (words, says) => {
    const { code, stderr } = await run(['echo', '--to', 'PEER@127.0.0.1:104', ...words]);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });
});

function run(
  words: readonly string[],
  more: NodeJS.ProcessEnv = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...more };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...words], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
