import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dataDirectory } from './data-directory.ts';

/** The options that every verb takes. */
export interface GlobalOptions {
  /** The data directory; default CONSORT_DATA, else `.consort` beside the production file. */
  readonly data?: string;
  /** The production file, or the folder it is in; default `./production.yaml`. */
  readonly production?: string;
}

/** Where a production is. */
export interface Location {
  /** Absolute; need not exist when the data directory was named. */
  readonly productionFile: string;
  readonly dataDirectory: string;
}

/** Finds the production that a command is about. */
export function locate({ data, production }: GlobalOptions): Location {
  const productionFile = fileOf(production ?? '.');
  return { productionFile, dataDirectory: dataDirectory(productionFile, data) };
}

function fileOf(path: string): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return resolve(isFolder ? join(path, 'production.yaml') : path);
}
