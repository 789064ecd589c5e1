import { EngineError } from '@consort/core';
import type { Folders } from './folders.ts';

// No file is named in an event: its name may hold values of the image.

const isFull = new Set(['ENOSPC', 'EDQUOT']);

/** Files stay in the watched folder. */
export function notTaken(error: unknown, folder: string) {
  const { code: systemCode = 'an error' } = error as NodeJS.ErrnoException;
  const full = isFull.has(systemCode) ? 'DISK_FULL' : 'FILE_NOT_TAKEN';
  return {
    type: 'Warning',
    code: error instanceof EngineError ? error.code : full,
    text: `files in ${folder} wait until they can be taken in: ${reasonOf(error)}; it is tried again at each look`,
  } as const;
}

/** Files that were dealt with stand in the work folder. */
export function notPutAway(error: unknown, { work, archive, errors }: Folders) {
  return {
    type: 'Warning',
    code: 'FILE_NOT_PUT_AWAY',
    text:
      `files stay in ${work}, as they cannot be put away: ${reasonOf(error)}; the others go on, and none is taken twice. ` +
      `See who may write to ${archive === undefined ? errors : `${archive} and ${errors}`}, and whether there is room; it is tried again by itself`,
  } as const;
}

/** The text of a file system's error has the path. */
function reasonOf(error: unknown): string {
  const { code = 'an error' } = error as NodeJS.ErrnoException;
  return error instanceof EngineError ? error.message : code;
}

/** Files that were no images are among the errors. */
export function putAside(codes: readonly string[], errors: string) {
  const [code = '', ...others] = new Set(codes);
  const [files, it] =
    codes.length === 1 ? ['1 file was', 'it'] : [`${codes.length} files were`, 'each'];
  return {
    type: 'Error',
    code,
    text:
      `${files} not taken in (${[code, ...others].join(', ')}) and moved to ${errors}; ` +
      `NAME.reason.txt beside ${it} says why`,
  } as const;
}

/** Files cannot even be named. */
export function unnamed(count: number, folder: string) {
  return {
    type: 'Warning',
    code: 'FILE_NOT_TAKEN',
    text: `files in ${folder} cannot be taken in, as their names are no UTF-8 (${count}); rename them`,
  } as const;
}
