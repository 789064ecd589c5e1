import {
  EngineError,
  formatFindings,
  loadProduction,
  type Finding,
  type Production,
} from '@consort/core';
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
 * @throws EngineError PRODUCTION_NOT_FOUND, and PRODUCTION_INVALID whose text has every finding
 */
export async function loadVersion(
  file: string,
  env: NodeJS.ProcessEnv,
  otherwise: string,
  given?: Uint8Array,
): Promise<Version> {
  const loaded = await loadProduction(file, {
    ...componentLoader,
    env,
    ...(given && { bytes: given }),
  });
  const { production, findings, source, bytes } = loaded;
  if (!production) throw invalid(file, otherwise, findings, source);
  return { production, bytes, warnings: formatFindings(findings, source) };
}

function invalid(
  file: string,
  otherwise: string,
  findings: readonly Finding[],
  source: string,
): EngineError {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return new EngineError(
    'PRODUCTION_INVALID',
    `${otherwise}: ${file} has ${errors} ${errors === 1 ? 'mistake' : 'mistakes'}\n${formatFindings(findings, source)}`,
  );
}
