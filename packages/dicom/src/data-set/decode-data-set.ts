import { Readable } from 'node:stream';
import { inflateRawSync } from 'node:zlib';
import { largestHead } from '../header/element.ts';
import { unreadable } from '../header/unreadable.ts';
import { checkFirst } from '../header/walk-head.ts';
import { encodingOf } from '../transfer-syntaxes.ts';
import { ElementWalk } from './element-walk.ts';
import { mostElements, TreeBuilder, type TreeItem } from './element-tree.ts';
import { valuesOf } from './tree-values.ts';
import type { DataValues } from './value.ts';

/**
 * Decodes a small data set that is wholly in memory, such as an identifier: values by keyword, items in lists.
 * What has no keyword is there by its tag, `(0029,1010)`; group lengths are left out.
 * @throws PermanentError DATA_SET_UNREADABLE
 */
export function decodeDataSet(bytes: Buffer, transferSyntaxUid: string): DataValues {
  const whole = inflated(bytes, transferSyntaxUid);
  return valuesOf(treeOf(whole, transferSyntaxUid), ({ vr, start, length }) => ({
    vr,
    length,
    stream: () => Readable.from([whole.subarray(start, start + length)]),
  }));
}

/** The elements of a data set that is wholly in memory, inflated. @throws PermanentError DATA_SET_UNREADABLE */
export function treeOf(bytes: Buffer, transferSyntaxUid: string): TreeItem {
  const encoding = encodingOf(transferSyntaxUid);
  const builder = new TreeBuilder();
  const walk = new ElementWalk(encoding, builder.entering, mostElements);
  checkFirst(bytes.subarray(0, largestHead), encoding);
  for (;;) {
    const { position } = walk;
    if (bytes.length === 0) return builder.root;
    const met = walk.next(bytes.subarray(position, position + largestHead), bytes.length);
    if (!met) return builder.root;
    if (walk.position > bytes.length) throw unreadable(bytes.length, 'it ends inside a value');
    if (builder.take(met)) builder.give(met, bytes.subarray(met.start, met.start + met.length));
  }
}

const largestInflated = 64 * 1024 * 1024;

/** @throws PermanentError DATA_SET_UNREADABLE */
export function inflated(bytes: Buffer, transferSyntaxUid: string): Buffer {
  if (!encodingOf(transferSyntaxUid).isDeflated) return bytes;
  try {
    return inflateRawSync(bytes, { maxOutputLength: largestInflated });
  } catch {
    throw unreadable(0, 'the deflated data is broken, or inflates to more than 64 MiB');
  }
}
