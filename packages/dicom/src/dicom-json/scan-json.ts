import { PermanentError } from '@consort/core';

/** Characters of a JSON text; levels of arrays and objects, four for each of 32 sequences and a few. */
const longest = 64 * 1024 * 1024;
const deepest = 140;

/**
 * Parses a JSON text whose objects have no key twice, which `JSON.parse` lets pass, and which is not nested deeper than
 * any data set. Linear in its length, which is at most 64 MiB.
 * @throws PermanentError DICOM_JSON_INVALID
 */
export function scanJson(text: string): unknown {
  if (text.length > longest) throw jsonInvalid('', 'it is longer than 64 MiB');
  checkKeys(text);
  try {
    return JSON.parse(text);
  } catch {
    // Not its own message, which quotes the text.
    throw jsonInvalid('', 'it is no JSON');
  }
}

/**
 * The error of a JSON text that is no data set.
 * @param path where in it, `00400100/1/00080060`; '' for the text as a whole
 */
export function jsonInvalid(path: string, what: string): PermanentError {
  const where = path === '' ? '' : `at ${path.slice(0, 200)} `;
  return new PermanentError('DICOM_JSON_INVALID', `the DICOM JSON cannot be read: ${where}${what}`);
}

/** Looks at the keys of every object, and at how deep it goes, in one pass; what is wrong otherwise is left to the parser. */
function checkKeys(text: string): void {
  const levels: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '}' || character === ']') levels.pop();
    else if (character === '{' || character === '[') {
      levels.push(character === '{' ? new Set() : undefined);
      if (levels.length > deepest) throw jsonInvalid('', `it is more than ${deepest} levels deep`);
    } else if (character === '"') {
      const end = endOfString(text, at + 1);
      if (isKey(text, end)) addKey(levels.at(-1), text.slice(at, end));
      at = end - 1;
    }
  }
}

/** Where a string ends, behind its closing quote, or the text does. */
function endOfString(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function isKey(text: string, end: number): boolean {
  let at = end;
  while (' \t\r\n'.includes(text[at] ?? '.')) at += 1;
  return text[at] === ':';
}

function addKey(keys: Set<string> | undefined, key: string): void {
  const name = unescaped(key);
  if (keys?.has(name)) throw jsonInvalid('', 'an object in it has a key twice');
  keys?.add(name);
}

/** Two spellings of a key are one key. */
function unescaped(key: string): string {
  if (!key.includes('\\')) return key.slice(1, -1);
  try {
    return JSON.parse(key) as string;
  } catch {
    return key;
  }
}
