import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EngineError } from '@consort/core';

/**
 * Makes a directory where it is missing and its parent is there, and makes sure that files can be put into it.
 * @param origin where the operator has set it
 * @throws EngineError DIRECTORY_MISSING, FILE_NOT_WRITTEN
 */
export async function openDirectory(directory: string, origin: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o750 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw new EngineError(
        'DIRECTORY_MISSING',
        `the directory ${directory} (${origin}) cannot be made: ${dirname(directory)} does not exist; mkdir -p ${directory}`,
      );
    }
    if (code !== 'EEXIST')
      throw new EngineError('FILE_NOT_WRITTEN', `cannot make ${directory} (${origin}): ${message}`);
  }
  await access(directory, constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw new EngineError(
      'FILE_NOT_WRITTEN',
      `cannot write to ${directory} (${origin}): ${(error as Error).message}`,
    );
  });
}
