import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { EngineError } from '../errors.ts';

/** What `${VAR}` in a production file can stand for. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Where the variables of a production file may stand besides the environment: `.env` in its folder. */
export function variablesFile(productionFile: string): string {
  return join(dirname(productionFile), '.env');
}

/**
 * The variables of a production file: those of the environment, and what it does not have from `.env` beside the file,
 * as Compose does it.
 * @throws EngineError PRODUCTION_INVALID when there is a `.env` that cannot be read
 */
export function variablesOf(productionFile: string, environment: Variables): Variables {
  const file = variablesFile(productionFile);
  try {
    return { ...parseEnv(readFileSync(file, 'utf8')), ...environment };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return environment;
    throw new EngineError(
      'PRODUCTION_INVALID',
      `cannot read the variables in ${file}: ${message}; mend it, or remove it`,
      { cause: error },
    );
  }
}
