import {
  EngineError,
  formatFindings,
  loadProduction,
  thrownAt,
  type LoadedProduction,
  type Production,
} from '@consort/core';
import { codeFrame } from './code-frame.ts';
import { componentLoader } from './load-component.ts';

/** A production file that has passed every check, as it was read. */
export interface Version {
  readonly production: Production;
  /** What the file held. */
  readonly bytes: Uint8Array;
  /** What `check` warns about, as text for a console; empty when it does not. */
  readonly warnings: string;
}

/**
 * Loads a production file to run it.
 * @param otherwise what a mistake in it leads to, like `nothing was started`
 * @param given what the file is taken to hold; default: what it holds
 * @throws EngineError PRODUCTION_NOT_FOUND, and PRODUCTION_INVALID whose text has every finding, and the lines of
 *   the components that could not be loaded
 */
export async function loadVersion(
  file: string,
  env: NodeJS.ProcessEnv,
  otherwise: string,
  given?: Uint8Array,
): Promise<Version> {
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
  return { production, bytes, warnings: formatFindings(findings, source) };
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
