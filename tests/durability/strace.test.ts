import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, sampleStudy, sendFiles } from '@consort/testing';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { missingSteps, readStrace, type Step, type SystemCall } from './strace.ts';

const file = new URL('../../productions/pacs-to-file/production.yaml', import.meta.url).pathname;
const main = new URL('../../packages/cli/src/main.ts', import.meta.url).pathname;

const isSync = ({ name }: SystemCall) => name === 'fsync' || name === 'fdatasync';
const isSyncOf = (path: RegExp) => (call: SystemCall) => isSync(call) && path.test(call.args);

/** What stands before a Success under `acknowledge: completed`. */
const document: readonly Step[] = [
  { what: 'fsync of the document', matches: isSyncOf(/\/documents\/tmp\/[^/>]+>/) },
  {
    what: 'rename of the document',
    matches: ({ name, args }) =>
      name.startsWith('rename') && /\/documents\/[0-9a-f]{2}\/[0-9a-f]{64}"/.test(args),
  },
  { what: "fsync of the document's directory", matches: isSyncOf(/\/documents\/[0-9a-f]{2}>/) },
];
/** The record has the document, and the operation has read it; these two go on side by side. */
const chains: readonly (readonly Step[])[] = [
  [...document, { what: 'fsync of the database log', matches: isSyncOf(/\/messages\.db-wal>/) }],
  [
    ...document,
    { what: "fsync of the operation's file", matches: isSyncOf(/\/received\/[^/>]+\.part>/) },
    {
      what: "link of the operation's file",
      matches: ({ name, args }) => name.startsWith('link') && /\/received\/[^/"]+\.dcm"/.test(args),
    },
    { what: "fsync of the operation's directory", matches: isSyncOf(/\/received>/) },
  ],
];

/** A P-DATA-TF on the socket: the C-STORE response. */
const isResponse = ({ name, args }: SystemCall) =>
  /^(write|writev|sendto|sendmsg)$/.test(name) && /^\d+<TCP/.test(args) && /"\\4\\0/.test(args);

describeWith(['strace', 'redis', 'pydicom'], 'what stands before a Success', () => {
  it('is all on disk when the response is written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-strace-'));
    const log = join(folder, 'strace.log');
    const port = await freePort();
    const traced =
      'fsync,fdatasync,rename,renameat,renameat2,link,linkat,write,writev,sendto,sendmsg';
    const child = spawn(
      'strace',
      [
        '-f',
        '-yy',
        '-s',
        '8',
        '-o',
        log,
        '-e',
        `trace=${traced}`,
        process.execPath,
        main,
        'start',
        file,
      ].concat('--data', join(folder, 'data'), '--page', 'off'),
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, DICOM_PORT: String(port), RECEIVED: join(folder, 'received') },
      },
    );
    const closed = once(child, 'close');
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    while (!output.includes(' is running')) await sleep(50);

    const [result] = await sendFiles(
      { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' },
      sampleStudy().slice(0, 1),
    );
    const [production] = await readFile(
      `/proc/${child.pid}/task/${child.pid}/children`,
      'utf8',
    ).then((text) => text.split(' '));
    process.kill(Number(production), 'SIGTERM');
    await closed;
    const calls = await readStrace(log);

    expect(result?.status).toBe(0);
    for (const steps of chains) {
      expect(missingSteps(calls, steps, isResponse)).toEqual([]);
      // The check itself is checked: without any one of the calls it fails.
      for (const { what, matches } of steps) {
        const without = calls.filter((call) => !matches(call));
        expect(missingSteps(without, steps, isResponse), what).toContain(what);
      }
    }
    await rm(folder, { recursive: true });
  });
});
