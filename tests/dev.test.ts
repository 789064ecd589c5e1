import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freePort,
  pydicomFiles,
  sendFiles,
  spawnProduction,
  type ProductionProcess,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';
import { root } from './house/root.ts';

describeWith(['redis', 'pydicom'], 'production dev', () => {
  it('brings what its author saves into the running production, and shows him his mistakes', async () => {
    await using site = await prepare();
    const { dev, write, shown } = site;

    // A mistake at the start, in what the component imports: its line is shown, and it starts once that is mended.
    await shown('words.ts:1:8');
    expect(dev.output()).toContain('    1 | export enum Word { first }\n      |        ^');
    expect(dev.output()).toContain(
      'production.yaml:9:16: error[COMPONENT_SYNTAX]: cannot load ./stamp.ts',
    );
    await write('words.ts', `export const word = 'First';\n`);
    await shown('Authored is running');
    await shown('goes in at once');
    const page = /page at (\S+)/.exec(dev.output())?.[1];
    await until(async () => (await site.opened()) === page);

    // New code of what the component imports, while images flow: all of them arrive, the later ones by the new code.
    const flow = sendUntil(site, () => site.has('Second of General'));
    await until(() => site.has('First of General'));
    await write('words.ts', `export const word = 'Second';\n`);
    const sent = await flow;
    expect(dev.output()).toMatch(
      /~ process Stamp\n {4}component \.\/stamp\.ts has new code\nrestarted Stamp in [\d.,]+ m?s; everything else ran on/,
    );
    await until(async () => (await site.received()).length === sent);

    // A variable of .env.
    await write('.env', `DICOM_PORT=${site.port}\nINSTITUTION=Special\n`);
    await shown('settings.institution "General" → "Special"');
    await site.send();
    await until(() => site.has('Second of Special'));

    // A mistake in the file: it is shown in its place, and what ran runs on.
    await write('production.yaml', productionText.replace('institution:', 'institutoin:'));
    await shown('what ran before runs on');
    expect(dev.output()).toContain('unknown key "institutoin"');
    expect(dev.output()).toMatch(/ 12 \| {7}institutoin: \S+\n +\| {7}\^/);
    await site.send();
    await write('production.yaml', productionText);
    await shown('in order again, and nothing is different');

    // An error while it runs: the line it was thrown in.
    const lines = componentText.split('\n');
    const at = lines.findIndex((line) => line.includes('await sendRequestSync'));
    await write('stamp.ts', lines.with(at, `    throw new Error('not today');`).join('\n'));
    await until(async () => (dev.output().match(/restarted Stamp in/g) ?? []).length === 3);
    await site.send(0x0110);
    await shown('Stamp failed on message');
    await shown(
      `stamp.ts:${at + 1}:11\n${String(at + 1).padStart(5)} |     throw new Error('not today');`,
    );

    // One at the start of the host: the version before runs again.
    await write(
      'stamp.ts',
      componentText.replace(
        'async onRequest',
        `onInit() { throw new Error('no start'); },\n  async onRequest`,
      ),
    );
    await shown('Stamp could not start: no start; the version before runs again');
    await shown(`stamp.ts:9:20\n    9 |   onInit() { throw new Error('no start'); },`);
    await write('stamp.ts', componentText);
    await until(async () => (dev.output().match(/restarted Stamp in/g) ?? []).length === 4);
    await site.send();

    expect(await dev.stop()).toBe(0);
    expect(dev.output()).toMatch(/stopped\n$/);
  });
});

// A failure shows what was printed.
const patient = { timeout: 60_000, interval: 50 };

const productionText = `name: Authored
services:
  Door:
    component: dicom.tcp-service
    settings: { port: "\${DICOM_PORT}", localAet: IRIS, remoteAet: ORTHANC, target: Stamp }

processes:
  Stamp:
    component: ./stamp.ts
    settings:
      fileOperation: File
      institution: \${INSTITUTION}
operations:
  File: { component: dicom.file-operation, settings: { directory: ./received } }
`;

const componentText = `import { defineProcess, target } from '@consort/core';
import { setValuesAt, storageResponse } from '@consort/dicom';
import { z } from 'zod';
import { word } from './words.ts';

export default defineProcess({
  description: 'Stamps each image.',
  settings: z.object({ fileOperation: target(), institution: z.string() }),
  async onRequest(request, { documents, settings, sendRequestSync }) {
    const institution = word + ' of ' + settings.institution;
    const stamped = await setValuesAt(request.body, documents, { 'DataSet.InstitutionName': institution });
    await sendRequestSync(settings.fileOperation, stamped);
    return storageResponse(request);
  },
});
`;

/** A production in a folder of its own, watched by \`production dev\`; its component has a mistake. */
async function prepare() {
  const folder = await mkdtemp(join(tmpdir(), 'consort-dev-'));
  const port = await freePort();
  const received = join(folder, 'received');
  const nextImage = await images();
  await mkdir(received);
  await symlink(root('node_modules'), join(folder, 'node_modules'));
  // As editors do: another file takes the name.
  const write = async (name: string, text: string) => {
    await writeFile(join(folder, `.${name}.new`), text);
    await rename(join(folder, `.${name}.new`), join(folder, name));
  };
  await write('package.json', '{ "type": "module" }');
  await write('.env', `DICOM_PORT=${port}\nINSTITUTION=General\n`);
  await write('words.ts', 'export enum Word { first }\n');
  await write('stamp.ts', componentText);
  await write('production.yaml', productionText);
  const opened = join(folder, 'opened');
  await write('xdg-open', `#!/bin/sh\nprintf %s "$1" > ${opened}\n`);
  await chmod(join(folder, 'xdg-open'), 0o755);
  const dev = spawnProduction(['dev', join(folder, 'production.yaml'), '--page', '127.0.0.1:0'], {
    PATH: `${folder}:${process.env['PATH']}`,
    DISPLAY: ':99',
  });
  /** Those that the operation has finished. */
  const files = async () => {
    const names = await readdir(received);
    return names.filter((name) => !name.startsWith('.')).map((name) => join(received, name));
  };
  return {
    dev,
    port,
    received: files,
    write,
    shown: (text: string) => shownBy(dev, text),
    opened: () => readFile(opened, 'utf8').catch(() => ''),
    /** Says whether a file with this text has been received. */
    async has(text: string) {
      const texts = await Promise.all((await files()).map((file) => readFile(file, 'latin1')));
      return texts.some((one) => one.includes(text));
    },
    async send(status = 0) {
      const file = join(folder, 'image.dcm');
      await writeFile(file, nextImage());
      const [answer] = await sendFiles({ port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' }, [
        file,
      ]);
      expect(answer).toMatchObject({ status });
    },
    async [Symbol.asyncDispose]() {
      await dev.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Images that differ in their SOP Instance UID alone. */
async function images(): Promise<() => Buffer> {
  const file = pydicomFiles().find((name) => name.endsWith('/CT_small.dcm'))!;
  const original = await readFile(file);
  const uid = '1.3.6.1.4.1.5962.1.1.1.1.1.20040119072730.12322';
  let count = 10_000;
  return () => {
    const image = Buffer.from(original);
    count += 1;
    for (let at = image.indexOf(uid); at >= 0; at = image.indexOf(uid, at + 1))
      image.write(String(count), at + uid.length - 5);
    return image;
  };
}

/** Sends one image after another until something holds; resolves with how many. */
async function sendUntil(
  { send }: { send(): Promise<void> },
  isEnough: () => Promise<boolean>,
): Promise<number> {
  let sent = 0;
  for (; !(await isEnough()); sent += 1) await send();
  return sent;
}

async function shownBy(dev: ProductionProcess, text: string): Promise<void> {
  await expect.poll(() => dev.output(), patient).toContain(text);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  await expect.poll(condition, patient).toBe(true);
}
