import { characterSetsOf } from '../character-set/character-sets.ts';
import { withoutTrailing } from '../character-set/padding.ts';
import { decodeText as decode, delimiters } from '../character-set/decode-text.ts';

const longestText = 256;

/**
 * The text of a value in the character sets of (0008,0005) (PS3.3 section C.12.1.1.2), padding and spaces
 * around it removed, control characters and what cannot be decoded replaced by U+FFFD, at most 256 characters.
 */
export function decodeText(bytes: Buffer, characterSets: string): string {
  return tidy(decode(bytes, characterSetsOf(characterSets), delimiters.text));
}

/** The text of a UID, a code string, or any value that has no character set of its own. */
export function decodeAscii(bytes: Buffer): string {
  return tidy(bytes.toString('latin1'));
}

function tidy(text: string): string {
  return withoutTrailing(text, ' \0')
    .replace(/^ +/, '')
    .replaceAll(/\p{Cc}/gu, '\uFFFD')
    .slice(0, longestText);
}
