import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnProduction } from '@consort/testing/consort';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';
import { root } from './house/root.ts';

let folder: string;
let temporary: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-drilled-'));
  temporary = join(folder, 'tmp');
  file = join(folder, 'production.yaml');
  await writeFile(file, production);
  await mkdir(temporary);
  await symlink(root('node_modules'), join(folder, 'node_modules'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

// The peer of the file is none of this machine, and its port comes from the environment: neither may be used.
const production = `
name: Drilled
services:
  In:
    component: dicom.tcp-service
    settings: { port: "\${IN_PORT:-104}", localAet: DRILL, remoteAet: CT, target: Hand.On }
processes:
  Hand.On:
    component: ./hand-on.ts
    settings: { archive: Archive }
operations:
  Archive:
    component: dicom.tcp-operation
    retry: { interval: 200ms, timeout: 2s }
    settings:
      host: 192.0.2.1
      port: \${ARCHIVE_PORT:-11112}
      localAet: DRILL
      remoteAet: ARCHIVE
`;

const handOn = (body: string) => `
import { connect } from 'node:net';
import { defineProcess, target } from '@consort/core';
import { storageResponse } from '@consort/dicom';
import { z } from 'zod';

export default defineProcess({
  description: 'Hands images on.',
  settings: z.object({ archive: target() }),
  onInit: () => { connect(9, '198.51.100.1').on('error', () => undefined); },
  async onRequest(request, { settings, sendRequestSync }) {
    ${body}
    return storageResponse(request);
  },
});
`;

interface Drilled {
  readonly isSound: boolean;
  readonly refusedConnections: readonly string[];
  readonly faults: readonly {
    readonly fault: string;
    readonly outcome: string;
    readonly sent: number;
    readonly acknowledged: number;
    readonly delivered: number;
    readonly sentAgain: number;
    readonly lost: number;
    readonly isInOrder?: boolean;
    readonly recovery?: number;
  }[];
}

function drill(...words: readonly string[]) {
  return spawnProduction(['drill', file, '--seed', '7', '--images', '4', ...words], {
    TMPDIR: temporary,
    ARCHIVE_PORT: '11112',
  });
}

async function drilled(...words: readonly string[]) {
  const ran = drill('--json', ...words);
  const code = await ran.ended;
  const output = ran.output();
  expect(output).toContain('{\n');
  const result = JSON.parse(output.slice(output.indexOf('{\n'))) as Drilled;
  return { code, result, of: (name: string) => result.faults.find((one) => one.fault === name) };
}

/** What a drill has left: the folder of the user's sockets is nobody's drill, what is in it would be. */
async function left(): Promise<readonly string[]> {
  const names = await readdir(temporary, { recursive: true });
  return names.filter((name) => name !== `consort-${process.getuid?.()}`);
}

describeWith(['redis'], 'production drill', () => {
  it('finds a sound production sound under every fault, reaches nobody else, and leaves nothing', async () => {
    await writeFile(
      join(folder, 'hand-on.ts'),
      handOn('await sendRequestSync(settings.archive, request.body);'),
    );
    const { code, result, of } = await drilled();
    expect(result.faults.map(({ fault, outcome }) => `${fault} ${outcome}`)).toEqual([
      'calm sound',
      'refuse sound',
      'abort sound',
      'failure sound',
      'silence sound',
      'lie believed',
      'disk sound',
      'redis sound',
      'kill sound',
    ]);
    for (const { fault, sent, acknowledged, delivered, lost, recovery } of result.faults) {
      const isLie = fault === 'lie';
      expect({ fault, sent, acknowledged, lost }).toEqual({
        fault,
        sent: 4,
        acknowledged: 4,
        lost: isLie ? 4 : 0,
      });
      if (!isLie) expect({ fault, delivered }).toEqual({ fault, delivered: 4 });
      expect(recovery).toBeTypeOf('number');
    }
    expect(of('calm')).toMatchObject({ isInOrder: true, sentAgain: 0 });
    expect(of('disk')).toMatchObject({ sentAgain: 4 });
    expect(result.isSound).toBe(true);
    expect(code).toBe(0);
    expect(result.refusedConnections).toEqual(['198.51.100.1']);
    expect(await left()).toEqual([]);
  }, 600_000);

  it('finds out a process that answers Success for what was not delivered', async () => {
    await writeFile(
      join(folder, 'hand-on.ts'),
      handOn('await sendRequestSync(settings.archive, request.body).catch(() => undefined);'),
    );
    const { code, result, of } = await drilled('--only', 'refuse');
    expect(of('calm')).toMatchObject({ outcome: 'sound', delivered: 4, lost: 0 });
    const { lost = 0, delivered = 0, outcome } = of('refuse') ?? {};
    expect(outcome).toBe('unsound');
    expect(lost).toBeGreaterThan(0);
    expect(lost + delivered).toBe(4);
    expect(result.isSound).toBe(false);
    expect(code).toBe(1);
  }, 300_000);

  it('ends and cleans up when it is interrupted', async () => {
    await writeFile(
      join(folder, 'hand-on.ts'),
      handOn('await sendRequestSync(settings.archive, request.body);'),
    );
    const ran = drill();
    while (!ran.output().includes('calm:')) await new Promise((resolve) => setTimeout(resolve, 50));
    process.kill(ran.pid, 'SIGINT');
    expect(await ran.ended).toBe(1);
    expect(ran.output()).toContain('interrupted');
    expect(await left()).toEqual([]);
  }, 300_000);
});
