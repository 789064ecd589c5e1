import type { Json } from '@consort/core';
import type { CommandSet } from '../document.ts';
import { PathError } from './path-errors.ts';
import type { DataPath } from './parse-path.ts';

/**
 * The value of `CommandSet.…` in a command set, which has its keywords in camelCase.
 * @throws PathError PATH_INVALID, TAG_INVALID on what is no element of a command set
 */
export function commandValue(command: CommandSet, path: DataPath): Json | undefined {
  const [step, ...inner] = path.steps;
  if (!step || inner.length > 0 || step.item !== undefined) {
    throw new PathError('PATH_INVALID', path.text, 1, 'a command set has no sequences');
  }
  if (step.tag >>> 16 !== 0 || step.name.startsWith('(')) {
    throw new PathError(
      'TAG_INVALID',
      path.text,
      step.position,
      `${step.name} is no keyword of a command set (PS3.7 annex E)`,
    );
  }
  return (command as { readonly [key: string]: Json | undefined })[camelCase(step.name)];
}

/** `AffectedSOPInstanceUID` is `affectedSopInstanceUid`. */
function camelCase(keyword: string): string {
  const words = keyword.match(/[A-Z]+(?![a-z])|[A-Z][a-z]+/g) ?? [keyword];
  const joined = words.map((word) => word[0]! + word.slice(1).toLowerCase()).join('');
  return joined[0]!.toLowerCase() + joined.slice(1);
}
