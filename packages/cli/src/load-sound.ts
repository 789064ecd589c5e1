import { EngineError, loadProduction, type LoadedProduction } from '@consort/core';
import { componentLoader } from './load-component.ts';

type Sound = LoadedProduction & Required<Pick<LoadedProduction, 'production' | 'config'>>;

/**
 * Loads a production file for a verb that only reads it; what is wrong with it is for `production check` to say.
 * @throws EngineError PRODUCTION_NOT_FOUND, and PRODUCTION_INVALID when the file has mistakes
 */
export async function loadSound(file: string): Promise<Sound> {
  const loaded = await loadProduction(file, { ...componentLoader });
  if (isSound(loaded)) return loaded;
  throw new EngineError('PRODUCTION_INVALID', `${file} has mistakes: production check lists them`);
}

function isSound(loaded: LoadedProduction): loaded is Sound {
  return loaded.production !== undefined && loaded.config !== undefined;
}
