import { isMap, isScalar, parseDocument } from 'yaml';
import { hostNameProblem } from './host-name.ts';
import { sectionNames } from './production-keys.ts';

/** The names of the hosts of a production file, whatever else is wrong with it, without loading anything. */
export function hostNamesIn(text: string): readonly string[] {
  const document = parseDocument(text, { schema: 'core', merge: false, logLevel: 'silent' });
  return sectionNames.flatMap((section) => {
    const hosts = document.get(section);
    if (!isMap(hosts)) return [];
    return hosts.items
      .map(({ key }) => (isScalar(key) ? String(key.value) : ''))
      .filter((name) => hostNameProblem(name) === undefined);
  });
}
