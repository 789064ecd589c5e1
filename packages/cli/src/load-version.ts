import {
  EngineError,
  formatFindings,
  loadProduction,
  thrownAt,
  type LoadedProduction,
  variablesOf,
  type Production,
  type Variables,
} from '@consort/core';
import { codeFrame } from './code-frame.ts';
import { componentLoader } from './load-component.ts';

/** A production file that has passed every check, as it was read. */
export interface Version {
  /** Another one for each that this process has loaded. */
  readonly id: number;
  readonly production: Production;
  /** What the file held. */
  readonly bytes: Uint8Array;
  /** What `${VAR}` in it stood for. */
  readonly env: Variables;
  /** What `check` warns about, as text for a console; empty when it does not. */
  readonly warnings: string;
}

let loads = 0;

/**
 * Loads a production file to run it.
 * @param environment what `.env` beside the file is added to
 * @param otherwise what a mistake in it leads to, like `nothing was started`
 * @param given what the file is taken to hold; default: what it holds
 * @throws EngineError PRODUCTION_NOT_FOUND, and PRODUCTION_INVALID whose text has every finding, and the lines of
 *   the components that could not be loaded
 */
export async function loadVersion(
  file: string,
  environment: Variables,
  otherwise: string,
  given?: Uint8Array,
): Promise<Version> {
  const env = variablesOf(file, environment);
  const frames = new Set<string>();
  const loaded = await loadProduction(file, {
    ...componentLoader,
    env,
    async load(name, folder) {
      try {
        return await componentLoader.load(name, folder);
      } catch (error) {
        const place = thrownAt(error);
        if (place) frames.add(`${codeFrame(place)}\n`);
        throw error;
      }
    },
    ...(given && { bytes: given }),
  });
  const { production, findings, source, bytes } = loaded;
  if (!production) throw invalid(file, otherwise, loaded, [...frames]);
  loads += 1;
  return { id: loads, production, bytes, env, warnings: formatFindings(findings, source) };
}

function invalid(
  file: string,
  otherwise: string,
  { findings, source }: LoadedProduction,
  frames: readonly string[],
): EngineError {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const mistakes = [formatFindings(findings, source), ...frames].join('\n');
  return new EngineError(
    'PRODUCTION_INVALID',
    `${otherwise}: ${file} has ${errors} ${errors === 1 ? 'mistake' : 'mistakes'}\n${mistakes}`,
  );
}
