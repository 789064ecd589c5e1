import { nearest } from '@consort/core';
import { entryOf, tagOf } from './dictionary.ts';
import { keywordUnknown, PathError } from './path-errors.ts';

/** A path to a data element, such as `DataSet.ScheduledProcedureStepSequence[1].Modality`. */
export interface DataPath {
  readonly text: string;
  readonly root: 'CommandSet' | 'DataSet';
  readonly steps: readonly PathStep[];
}

/** One element on the way, and which of its items the way goes through. */
export interface PathStep {
  /** As it stands in the path: `Modality`, `(0029,1010)`. */
  readonly name: string;
  /** Of a private element named by its creator the group, and the last two digits; the block is found in the data set. */
  readonly tag: number;
  readonly creator?: string;
  /** Counted from 1; `*` for all. */
  readonly item?: number | '*';
  /** Where in the path it stands; 1 is its first character. */
  readonly position: number;
}

/**
 * Reads a path in the notation of IRIS: `CommandSet` or `DataSet`, then elements with points between. An element is a
 * keyword, a tag `(gggg,eeee)`, or a private element by its creator `(gggg,"CREATOR",ee)`; the items of a sequence are
 * `[1]`, `[2]`, or `[*]`. Every element but the last has an item.
 * @throws PathError PATH_INVALID, TAG_INVALID, KEYWORD_UNKNOWN, NOT_A_SEQUENCE
 */
export function parsePath(text: string): DataPath {
  const fail = (position: number, what: string) =>
    new PathError('PATH_INVALID', text, position + 1, what);
  if (text.length > longestPath)
    throw fail(longestPath, `it is longer than ${longestPath} characters`);
  const root = /^[^.]*/.exec(text)![0];
  if (root !== 'CommandSet' && root !== 'DataSet') {
    const meant = nearest(root, ['CommandSet', 'DataSet']);
    throw fail(0, `has to stand DataSet or CommandSet${meant ? `; did you mean ${meant}?` : ''}`);
  }
  const steps: PathStep[] = [];
  let at = root.length;
  while (at < text.length) {
    if (text[at] !== '.') throw fail(at, 'a point is missing');
    const { step, end } = stepAt(text, at + 1, fail);
    const last = steps.at(-1);
    if (last && last.item === undefined) {
      throw new PathError(
        'NOT_A_SEQUENCE',
        text,
        at + 1,
        `an element follows ${last.name} without saying in which item; write ${last.name}[1]`,
      );
    }
    steps.push(step);
    at = end;
  }
  if (steps.length === 0) throw fail(at, `the element is missing; write ${root}.KEYWORD`);
  if (steps.length > deepest) throw fail(at, `it is more than ${deepest} sequences deep`);
  return { text, root, steps };
}

/**
 * The tag of a step in an item.
 * @param creators the private creators of the item, by their tags
 * @returns undefined when the item has no block of the creator
 */
export function tagOfStep(
  { tag, creator }: PathStep,
  creators: ReadonlyMap<number, string>,
): number | undefined {
  if (creator === undefined) return tag;
  for (const [creatorTag, name] of creators) {
    const inBlock = ((creatorTag & 0xffff0000) >>> 0) + (creatorTag & 0xff) * 0x100 + (tag & 0xff);
    if (name === creator && creatorTag >>> 16 === tag >>> 16) return inBlock;
  }
  return undefined;
}

const longestPath = 4096;
const deepest = 33;

function stepAt(
  text: string,
  start: number,
  fail: (position: number, what: string) => PathError,
): { readonly step: PathStep; readonly end: number } {
  const rest = text.slice(start);
  const name = /^(\([^)]*\)?|\w+)/.exec(rest)?.[0];
  if (name === undefined) throw fail(start, 'has to stand a keyword or a tag');
  const element = name.startsWith('(')
    ? elementOfTag(name, text, start)
    : { tag: tagOfKeyword(name, text, start) };
  const end = start + name.length;
  const step = { name, ...element, position: start + 1 };
  if (text[end] !== '[') return { step, end };
  const [item, digits] = /^\[(\d+|\*)\]/.exec(text.slice(end)) ?? [];
  if (item === undefined || digits === undefined || digits === '0') {
    throw fail(end, 'has to stand an item: [1] is the first, [*] are all');
  }
  const vrs = entryOf(element.tag)?.vrs;
  if (vrs && !vrs.includes('SQ')) {
    throw new PathError(
      'NOT_A_SEQUENCE',
      text,
      end + 1,
      `an item of ${name} is asked for, which is no sequence: its VR is ${vrs.join(' or ')}`,
    );
  }
  return {
    step: { ...step, item: digits === '*' ? '*' : Number(digits) },
    end: end + item.length,
  };
}

function tagOfKeyword(keyword: string, text: string, start: number): number {
  const tag = tagOf(keyword);
  if (tag === undefined) throw keywordUnknown(keyword, text, start + 1);
  return tag;
}

function elementOfTag(
  name: string,
  text: string,
  start: number,
): { readonly tag: number; readonly creator?: string } {
  const [, group = '', creator, element = ''] =
    /^\(([0-9a-f]{4}),(?:"([^"\\]{1,64})",)?([0-9a-f]{2}|[0-9a-f]{4})\)$/i.exec(name) ?? [];
  const isTag = element.length === (creator === undefined ? 4 : 2) && group !== '';
  const tag = parseInt(group + element.padStart(4, '0'), 16);
  const isOfItems = tag >>> 16 === 0xfffe;
  const isOfNobody = creator !== undefined && ((tag >>> 16) & 1) === 0;
  if (isTag && !isOfItems && !isOfNobody) return creator === undefined ? { tag } : { tag, creator };
  throw new PathError(
    'TAG_INVALID',
    text,
    start + 1,
    'stands no tag of an element; write (gggg,eeee), four hexadecimal digits each, or (gggg,"CREATOR",ee) of an odd group',
  );
}
