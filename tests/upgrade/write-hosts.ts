import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const storage = new URL('../../productions/pacs-to-file/storage-local.ts', import.meta.url);
const gather = new URL('./gather.ts', import.meta.url);

/** Where the two services listen. */
export interface Ports {
  readonly door: number;
  readonly side: number;
}

/**
 * Writes the production that has left the stores in this folder. Its operations write to `received` and `doubtful`
 * beside the file, which they make as they start; without them File tries again for ever, and what Doubtful is given is
 * Suspended.
 * @returns the path of its file
 */
export async function writeHosts(folder: string, { door, side }: Ports): Promise<string> {
  const file = join(folder, 'production.yaml');
  for (const [name, component] of Object.entries({ storage, gather })) {
    const text = `export { default } from ${JSON.stringify(component.pathname)};\n`;
    await writeFile(join(folder, `${name}.ts`), text);
  }
  await writeFile(
    file,
    `name: Upgraded
services:
  Door: { component: dicom.tcp-service, settings: { port: ${door}, localAet: IRIS, remoteAet: ORTHANC, acknowledge: stored, target: Storage } }
  Side: { component: dicom.tcp-service, settings: { port: ${side}, localAet: IRIS, remoteAet: ORTHANC, acknowledge: stored, target: Gather } }
processes:
  Storage: { component: ./storage.ts, poolSize: 4, settings: { fileOperation: File } }
  Gather: { component: ./gather.ts, settings: { operations: [File, Doubtful] } }
operations:
  File: { component: dicom.file-operation, retry: { interval: 250ms, timeout: -1 }, settings: { directory: ./received } }
  Doubtful: { component: dicom.file-operation, replyCodeActions: 'E=S', settings: { directory: ./doubtful } }
retention: { minFreeSpace: 0%, refuseBelow: 0% }
`,
  );
  return file;
}
