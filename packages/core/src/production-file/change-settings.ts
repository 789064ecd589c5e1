import { isMap, parseDocument } from 'yaml';
import { EngineError } from '../errors.ts';
import { sectionNames } from './production-keys.ts';

/** What is to stand in a production file instead of what does. */
export interface FileChanges {
  /** Keys of the file itself: `{ testingEnabled: true }`. */
  readonly keys?: Readonly<Record<string, unknown>>;
  /** Settings by host and name, as they would be written; one that is undefined is taken out. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * The text of a production file with other settings; everything else, comments too, stays. Lines may move.
 * @throws EngineError NOT_FOUND when it has no such host
 */
export function changeSettings(bytes: Uint8Array, { keys, settings }: FileChanges): Uint8Array {
  const document = parseDocument(new TextDecoder().decode(bytes), {
    schema: 'core',
    keepSourceTokens: true,
  });
  for (const [key, value] of Object.entries(keys ?? {})) document.set(key, value);
  for (const [host, values] of Object.entries(settings ?? {})) {
    const section = sectionNames.find((name) => document.hasIn([name, host]));
    if (section === undefined) throw noSuchHost(host);
    const at = [section, host, 'settings'];
    if (!isMap(document.getIn(at))) document.setIn(at, document.createNode({}));
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) document.deleteIn([...at, name]);
      else document.setIn([...at, name], value);
    }
  }
  return Buffer.from(document.toString());
}

function noSuchHost(host: string): EngineError {
  return new EngineError(
    'NOT_FOUND',
    `settings of ${JSON.stringify(host)} were to be changed, and the production has no such host`,
  );
}
