import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message, MessageReader } from '@consort/core';

const storage = new URL('../../productions/pacs-to-file/storage-local.ts', import.meta.url);

/** A production that takes files from `in`, below a folder of its own, and writes them to `received`. */
export interface Watched extends AsyncDisposable {
  readonly folder: string;
  readonly file: string;
  /** The folder that is watched. */
  readonly in: string;
  readonly received: string;
  /** Writes the production anew. */
  write(settings?: Readonly<Record<string, string>>): Promise<void>;
}

/** Hosts of that production. */
export const hosts = { service: 'Folder', process: 'Storage', operation: 'File' } as const;

/** Writes such a production; settings of the service as YAML. */
export async function watched(settings: Readonly<Record<string, string>> = {}): Promise<Watched> {
  const folder = await mkdtemp(join(tmpdir(), 'consort-folder-'));
  const file = join(folder, 'production.yaml');
  await mkdir(join(folder, 'in'));
  await writeFile(
    join(folder, 'storage.ts'),
    `export { default } from ${JSON.stringify(storage.pathname)};\n`,
  );
  const write = (more: Readonly<Record<string, string>> = {}) => {
    const all = {
      filePath: './in',
      callInterval: '50ms',
      fileAccessTimeout: '50ms',
      target: hosts.process,
      ...more,
    };
    const lines = Object.entries(all).map(([name, value]) => `      ${name}: ${value}\n`);
    return writeFile(
      file,
      `name: Watched
services:
  ${hosts.service}:
    component: dicom.file-service
    settings:
${lines.join('')}processes:
  ${hosts.process}: { component: ./storage.ts, settings: { fileOperation: ${hosts.operation} } }
operations:
  ${hosts.operation}:
    component: dicom.file-operation
    retry: { interval: 250ms, timeout: -1 }
    settings: { directory: ./received }
`,
    );
  };
  await write(settings);
  return {
    folder,
    file,
    in: join(folder, 'in'),
    received: join(folder, 'received'),
    write,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The messages that the service has taken in, in the order of their ids, with their bodies. */
export async function firsts(messages: MessageReader): Promise<readonly Message[]> {
  const found: Message[] = [];
  for (let before: number | undefined; ;) {
    const page = await messages.messages({
      host: hosts.service,
      limit: 500,
      ...(before === undefined ? {} : { before }),
    });
    for (const { id, sessionId } of page) {
      const message = id === sessionId ? await messages.message(id) : undefined;
      if (message) found.push(message);
    }
    before = page.at(-1)?.id;
    if (before === undefined) return found.toReversed();
  }
}

/** Every file below a folder by its relative name, those in folders whose names begin with a dot too; sorted. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}
