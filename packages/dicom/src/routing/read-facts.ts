import { characterSetsOf, type CharacterSets } from '../character-set/character-sets.ts';
import { decodeValue } from '../data-set/decode-value.ts';
import type { TreeItem } from '../data-set/element-tree.ts';
import type { ByteSource } from '../header/byte-source.ts';
import { decodeAscii } from '../header/decode-text.ts';
import { readElements } from '../header/read-elements.ts';
import { encodingOf } from '../transfer-syntaxes.ts';
import { SequenceItem, type Fact, type Facts } from './condition.ts';
import { knownElements, knownSequences, type KnownElement } from './elements.ts';
import { itemsOf, readItems } from './read-items.ts';
import type { Rules } from './rules.ts';

const specificCharacterSet = 0x00080005;

/** How and when an image came. */
export interface Circumstances {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly peerAddress: string;
  readonly now: Date;
}

/**
 * What conditions are asked of an image: the elements they speak of, and how and when it came. An element that is
 * absent or empty is no text, no number (NaN, which equals nothing), or a list without values or items.
 * @param dataSet the data set alone, without a Part 10 prefix
 * @throws PermanentError DATA_SET_UNREADABLE, CONDITION_UNDECIDED; and whatever `dataSet.read` throws
 */
export async function readFacts(
  { elements: keywords, members }: Pick<Rules, 'elements' | 'members'>,
  dataSet: ByteSource,
  transferSyntaxUid: string,
  circumstances: Circumstances,
): Promise<Facts> {
  const elements = keywords.flatMap((keyword) => knownElements().get(keyword) ?? []);
  const tags = new Set([specificCharacterSet, ...elements.map(({ tag }) => tag)]);
  const values =
    elements.length > 0
      ? await readElements(dataSet, transferSyntaxUid, tags)
      : new Map<number, Buffer>();
  const terms = decodeAscii(values.get(specificCharacterSet) ?? Buffer.alloc(0));
  const characterSets = characterSetsOf(terms);
  const { isBigEndian } = encodingOf(transferSyntaxUid);
  const facts = elements.map((element) => [
    element.keyword,
    factOf(element, values.get(element.tag), isBigEndian, characterSets),
  ]);
  const sequences = keywords.flatMap((keyword) => {
    const tag = knownSequences().get(keyword);
    return tag === undefined ? [] : [[keyword, tag] as const];
  });
  const items =
    sequences.length > 0
      ? await readItems(dataSet, transferSyntaxUid, new Set(sequences.map(([, tag]) => tag)))
      : new Map<number, readonly TreeItem[]>();
  const lists = sequences.map(([keyword, tag]) => [
    keyword,
    (items.get(tag) ?? []).map((item) => itemFacts(item, members)),
  ]);
  return {
    ...circumstances,
    transferSyntaxUid,
    ...Object.fromEntries(facts),
    ...Object.fromEntries(lists),
  };
}

/** What conditions ask of an item. What is absent in it is as on the top level. */
function itemFacts(item: TreeItem, members: readonly string[]): SequenceItem {
  const facts = members.map((keyword): [string, Fact] => {
    const known = knownElements().get(keyword);
    const tag = known?.tag ?? knownSequences().get(keyword) ?? 0;
    const element = item.elements.get(tag);
    if (!known) {
      return [keyword, element ? itemsOf(element).map((inner) => itemFacts(inner, members)) : []];
    }
    const { bytes, isBigEndian = false } = element ?? {};
    return [keyword, factOf(known, bytes, isBigEndian, item.characterSets)];
  });
  return new SequenceItem(Object.fromEntries(facts));
}

function factOf(
  { kind, vr, isList }: KnownElement,
  bytes: Buffer = Buffer.alloc(0),
  isBigEndian: boolean,
  characterSets: CharacterSets,
): Fact {
  const decoded = [decodeValue(bytes, { vr, isBigEndian, characterSets })].flat();
  if (kind === 'number') {
    const numbers = decoded.flatMap((value) => (value === null ? [] : [Number(value)]));
    return isList ? numbers : (numbers[0] ?? Number.NaN);
  }
  const texts = decoded.flatMap((value) => (typeof value === 'string' ? [value] : []));
  return isList ? texts : texts.join('\\');
}
