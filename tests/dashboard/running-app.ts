import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freePort,
  makeAuthority,
  spawnProduction,
  startStorescp,
  type ProductionProcess,
} from '@consort/testing/consort';
import { chromium, type Browser } from 'playwright-core';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../house/root.ts';
import { buildApp } from './build-app.ts';

/** The article's production with its app, and a browser to look at it. */
export interface RunningApp extends AsyncDisposable {
  readonly url: string;
  /** Where the production listens for images. */
  readonly dicomPort: number;
  /** Where the file operation writes. */
  readonly received: string;
  readonly browser: Browser;
  /** Ends the production's process; what it has recorded stays. */
  stop(): Promise<void>;
  /** Starts it again, on the same ports. */
  start(): Promise<void>;
  /** Puts another text in the place of the production file's. */
  edit(change: (file: string) => string): Promise<void>;
}

/** What a test has otherwise than the article's production. */
export interface AppOptions {
  /** Done before the first start, to the data directory. */
  prepare?(dataDirectory: string): Promise<void>;
  /** The production file that is started in place of the article's. */
  change?(file: string, url: string): string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Builds the app, starts the production of `productions/pacs-to-file` and a browser. */
export async function startApp(options: AppOptions = {}): Promise<RunningApp> {
  await buildApp();
  const folder = await mkdtemp(join(tmpdir(), 'consort-app-'));
  const file = join(folder, 'production.yaml');
  const received = join(folder, 'received');
  const own = await readFile(root('productions/pacs-to-file/production.yaml'), 'utf8');
  const peer = await startPeer(folder);
  await writeFile(join(folder, 'change.ts'), changing);
  const process = 'productions/pacs-to-file/storage-local.ts';
  await writeFile(join(folder, 'storage-local.ts'), await readFile(root(process)));
  await symlink(root('node_modules'), join(folder, 'node_modules'));
  const [dicomPort, pagePort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${pagePort}`;
  const whole = withMore(withTesting(own), peer.port);
  await writeFile(file, options.change?.(whole, url) ?? whole);
  const data = join(folder, 'data');
  await mkdir(data);
  await options.prepare?.(data);
  const env = { DICOM_PORT: String(dicomPort), RECEIVED: received, ...options.env };
  const words = ['start', file, '--data', data, '--page', `127.0.0.1:${pagePort}`];
  let production: ProductionProcess | undefined;

  async function start(): Promise<void> {
    const started = spawnProduction(words, env);
    production = started;
    const ended = started.ended.then((code) => {
      throw new Error(`production start ended with ${code}:\n${started.output()}`);
    });
    ended.catch(() => undefined);
    while (!started.output().includes(' is running')) await Promise.race([sleep(50), ended]);
  }

  await start();
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    // Its own sandbox needs what containers often do not give.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  return {
    url,
    dicomPort,
    received,
    browser,
    start,
    async stop() {
      await production?.stop();
    },
    async edit(change) {
      await writeFile(file, change(await readFile(file, 'utf8')));
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await production?.stop();
      await peer[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Messages may be sent by hand, and a file that cannot be written is given up soon. */
function withTesting(file: string): string {
  return file
    .replace(/^name: /m, 'testingEnabled: true\nname: ')
    .replace('{ interval: 2s, timeout: 6s }', '{ interval: 100ms, timeout: 300ms }');
}

/** The passphrase of the key by which the operation `Demo.PACS` speaks TLS: the app never shows it. */
export const passphrase = 'open sesame';

/** A peer that speaks TLS, and the certificate of ours that it wants. */
async function startPeer(folder: string) {
  const authority = makeAuthority(folder);
  authority.issue('consort', { passphrase });
  const pacs = authority.issue('pacs');
  return startStorescp(['+tls', pacs.key, pacs.cert, '+cf', authority.file]);
}

/** Beside the article's hosts a process that changes an image, and an operation with a peer. */
function withMore(file: string, peerPort: number): string {
  const tls = `{ cert: ./consort.crt, key: ./consort.key, passphrase: ${passphrase}, ca: ./test-ca.crt }`;
  return file
    .replace(
      /^operations:/m,
      `  Demo.Change:
    component: ./change.ts
    settings: { target: Demo.DICOM.Operation.File }

operations:`,
    )
    .concat(
      `  Demo.PACS:
    component: dicom.tcp-operation
    settings: { host: localhost, port: ${peerPort}, localAet: IRIS, remoteAet: PEER, tls: ${tls} }
`,
    );
}

const changing = `import { defineProcess, target } from '@consort/core';
import { setValuesAt } from '@consort/dicom';
import { z } from 'zod';

export default defineProcess({
  description: 'Gives the patient another name, and sends the image on.',
  settings: z.object({ target: target() }),
  async onRequest(request, { documents, settings, sendRequestSync }) {
    const changes = { 'DataSet.PatientName': 'Changed^Name' };
    const changed = await setValuesAt(request.body, documents, changes);
    return sendRequestSync(settings.target, changed);
  },
});
`;
