import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathsOf, type Finding, type HostPath, type Production } from '@consort/core';
import { foundAt } from './found-at.ts';

/** Doubts folders that cannot be written, and files that cannot be read, on this machine and by this user. */
export async function unfitPaths({ hosts }: Production): Promise<readonly Finding[]> {
  const all = hosts.flatMap(pathsOf);
  const found = all.map((one) => (one.use === 'writing' ? unfitFolder(one) : unfitFile(one)));
  return (await Promise.all(found)).flat();
}

/** A folder is made when its parent is there. */
async function unfitFolder({ setting, path, place }: HostPath): Promise<readonly Finding[]> {
  const unfit = (reason: string, suggestion?: string) => {
    const message = `${setting}: files cannot be written to ${path}: ${reason}`;
    return [foundAt(place, 'DIRECTORY_UNFIT', message, suggestion)];
  };
  const kind = await kindOf(path);
  if (kind === 'file') return unfit('it is no folder');
  if (kind === 'folder') {
    return (await isWritable(path))
      ? []
      : unfit('this user may not, or the file system is read-only');
  }
  const parent = dirname(path);
  if ((await kindOf(parent)) !== 'folder') {
    return unfit(`it is not there, and neither is ${parent}: mkdir -p ${path}`);
  }
  return (await isWritable(parent)) ? [] : unfit(`it cannot be made in ${parent}`);
}

async function unfitFile({ setting, path, place }: HostPath): Promise<readonly Finding[]> {
  const unfit = (reason: string) => [
    foundAt(place, 'FILE_MISSING', `${setting}: ${path} cannot be read: ${reason}`),
  ];
  const kind = await kindOf(path);
  if (kind === undefined) return unfit('there is no such file');
  if (kind === 'folder') return unfit('it is a folder');
  return access(path, constants.R_OK).then(
    () => [],
    () => unfit('this user may not'),
  );
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  return stat(path).then(
    (found) => (found.isDirectory() ? 'folder' : 'file'),
    () => undefined,
  );
}

async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
