import { PermanentError } from '@consort/core';
import { ElementWalk } from '../data-set/element-walk.ts';
import { TreeBuilder, type TreeElement, type TreeItem } from '../data-set/element-tree.ts';
import { nameOf } from '../data-set/dictionary.ts';
import { Window, type ByteSource } from '../header/byte-source.ts';
import { largestHead, type ElementEncoding } from '../header/element.ts';
import { inflatedSource } from '../header/inflated-source.ts';
import { unreadable } from '../header/unreadable.ts';
import { checkFirst } from '../header/walk-head.ts';
import { encodingOf } from '../transfer-syntaxes.ts';

const largestPosition = 64 * 1024 * 1024;
const mostElements = 100_000;
const mostItems = 1_000;

/**
 * Reads the items of sequences of the top level, no further than the last of them: other elements are passed over
 * unread. At most 64 MiB, 100 000 elements, 32 sequences deep, and 1 000 items of one sequence.
 * @param tags of sequences
 * @throws PermanentError DATA_SET_UNREADABLE; CONDITION_UNDECIDED when a sequence has more items
 */
export async function readItems(
  source: ByteSource,
  transferSyntaxUid: string,
  tags: ReadonlySet<number>,
): Promise<ReadonlyMap<number, readonly TreeItem[]>> {
  const encoding = encodingOf(transferSyntaxUid);
  if (!encoding.isDeflated) return walkItems(source, encoding, tags);
  const inflated = inflatedSource(source);
  try {
    return await walkItems(inflated, encoding, tags);
  } finally {
    await inflated.close();
  }
}

/** The items of a sequence. @throws PermanentError CONDITION_UNDECIDED when there are more than 1 000 */
export function itemsOf({ tag, items = [] }: TreeElement): readonly TreeItem[] {
  if (items.length <= mostItems) return items;
  throw new PermanentError(
    'CONDITION_UNDECIDED',
    `${nameOf(tag)} has more than ${mostItems} items, and a condition asks about them; route such images by other elements`,
  );
}

async function walkItems(
  source: ByteSource,
  encoding: ElementEncoding,
  tags: ReadonlySet<number>,
): Promise<ReadonlyMap<number, readonly TreeItem[]>> {
  const lastTag = Math.max(...tags);
  const builder = new TreeBuilder();
  const window = new Window(source);
  const walk: ElementWalk = new ElementWalk(
    encoding,
    (head, within) =>
      walk.depth > 0 || tags.has(head.tag) ? builder.entering(head, within) : undefined,
    mostElements,
  );
  for (;;) {
    const { position, depth } = walk;
    if (!window.has(position, largestHead)) await window.load(position, largestHead);
    const bytes = window.view(position, largestHead);
    if (position === 0) checkFirst(bytes, encoding);
    if (position > largestPosition && bytes.length > 0) {
      throw unreadable(position, 'what conditions ask about stands after more than 64 MiB');
    }
    const met = walk.next(bytes, source.size);
    if (!met || (depth === 0 && met.tag > lastTag)) break;
    if (walk.position > source.size)
      throw unreadable(met.start, 'a value is longer than the data set');
    if (!builder.take(met)) continue;
    if (depth === 0 && met.length > 1024) continue;
    if (!window.has(met.start, met.length)) await window.load(met.start, met.length);
    builder.give(met, Buffer.from(window.view(met.start, met.length)));
  }
  const { elements } = builder.root;
  return new Map(
    [...tags].flatMap((tag) => {
      const found = elements.get(tag);
      return found ? [[tag, itemsOf(found)] as const] : [];
    }),
  );
}
