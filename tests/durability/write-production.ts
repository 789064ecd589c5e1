import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const storage = new URL('../../productions/pacs-to-file/storage-local.ts', import.meta.url);

/** What is not as in the article, each as YAML. */
export interface Differences {
  /** More settings of the service. */
  readonly service?: Readonly<Record<string, string>>;
  /** A second service beside it, named `hosts.second`: its settings. */
  readonly second?: Readonly<Record<string, string>>;
  /** More settings of the file operation; `directory` is ./received by default. */
  readonly operation?: Readonly<Record<string, string>>;
  readonly retry?: string;
}

/** Hosts of the production that `writeProduction` writes. */
export const hosts = {
  service: 'Door',
  second: 'Second',
  process: 'Storage',
  operation: 'File',
} as const;

/**
 * Writes a production into a folder: the article's three hosts under short names, AE titles as there, and what
 * is given. Resolves with the path of its file.
 */
export async function writeProduction(
  folder: string,
  port: number,
  {
    service = {},
    second,
    operation = {},
    retry = '{ interval: 250ms, timeout: -1 }',
  }: Differences = {},
): Promise<string> {
  const file = join(folder, 'production.yaml');
  const door = { port: String(port), localAet: 'IRIS', remoteAet: 'ORTHANC', target: 'Storage' };
  const writer = { directory: './received', ...operation };
  await writeFile(
    join(folder, 'storage.ts'),
    `export { default } from ${JSON.stringify(storage.pathname)};\n`,
  );
  await writeFile(
    file,
    `name: Faults
services:
  Door: { component: dicom.tcp-service, settings: ${flow({ ...door, ...service })} }
${second ? `  Second: { component: dicom.tcp-service, settings: ${flow({ ...door, ...second })} }\n` : ''}processes:
  Storage: { component: ./storage.ts, settings: { fileOperation: File } }
operations:
  File: { component: dicom.file-operation, retry: ${retry}, settings: ${flow(writer)} }
`,
  );
  return file;
}

function flow(settings: Readonly<Record<string, string>>): string {
  const entries = Object.entries(settings).map(([name, value]) => `${name}: ${value}`);
  return `{ ${entries.join(', ')} }`;
}
