import { open } from 'node:fs/promises';
import { EngineError } from '@consort/core';
import { isUid } from './association/items.ts';
import type { ContextRule } from './presentation-contexts.ts';

/** Bytes; every storage class in every transfer syntax of the standard has less. */
const largest = 1024 * 1024;

/**
 * Reads presentation contexts as IRIS imports them: a line for each abstract and transfer syntax, `UID\UID`. The
 * transfer syntaxes of a class are preferred in the order of their lines; a line without one lets in whatever is
 * let in by default.
 * @param origin where the operator has set it
 * @throws EngineError ASSOCIATION_FILE_UNFIT, with the line
 */
export async function readAssociationFile(
  file: string,
  origin: string,
): Promise<readonly ContextRule[]> {
  const lines = (await textOf(file, origin)).replace(/^\xef\xbb\xbf/, '').split(/\r?\n/);
  const rules = new Map<string, Set<string> | 'any'>();
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const [sopClass = '', transferSyntax = '', ...more] = line.split('\\').map((uid) => uid.trim());
    const isFit = isUid(sopClass) && (transferSyntax === '' || isUid(transferSyntax));
    if (!isFit || more.length > 0) {
      throw unfit(file, origin, `line ${index + 1} is not of the form UID\\UID`);
    }
    const known = rules.get(sopClass) ?? new Set<string>();
    if (transferSyntax === '' || known === 'any') rules.set(sopClass, 'any');
    else rules.set(sopClass, known.add(transferSyntax));
  }
  if (rules.size === 0) throw unfit(file, origin, 'there is no line in it');
  return [...rules].map(([sopClass, syntaxes]) =>
    syntaxes === 'any' ? { sopClass } : { sopClass, transferSyntaxes: [...syntaxes] },
  );
}

/** The rules of the setting `presentationContexts`, wherever they stand; undefined without it. */
export async function contextRules(
  given: readonly ContextRule[] | { readonly file: string } | undefined,
  origin: string,
): Promise<readonly ContextRule[] | undefined> {
  return given && 'file' in given ? readAssociationFile(given.file, origin) : given;
}

async function textOf(file: string, origin: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      if (size > largest) throw new Error(`it is larger than ${largest} bytes`);
      return await handle.readFile('latin1');
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unfit(file, origin, (error as Error).message);
  }
}

function unfit(file: string, origin: string, reason: string): EngineError {
  return new EngineError(
    'ASSOCIATION_FILE_UNFIT',
    `presentation contexts cannot be read from ${file} (${origin}): ${reason}`,
  );
}
