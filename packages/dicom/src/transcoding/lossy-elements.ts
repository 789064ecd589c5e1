import type { TreeItem } from '../data-set/element-tree.ts';
import { textsOf } from '../data-set/tree-values.ts';
import { decoderFor } from '../codecs/which-codec.ts';

/** An element that is written. */
export interface WrittenElement {
  readonly tag: number;
  readonly vr: 'CS' | 'DS' | 'US';
  readonly value: Buffer;
}

/**
 * What has to be said of pixels that lost something when they were compressed, whatever they are encoded in later:
 * Lossy Image Compression (0028,2110), its ratio and method (PS3.3 section C.7.6.1.1.5). Nothing where it is said.
 * @param ratio bytes of the plain pixels to those of the compressed ones
 */
export function lossyElements(
  tree: TreeItem,
  transferSyntaxUid: string,
  ratio: number,
): readonly WrittenElement[] {
  const said = tree.elements.get(0x00282110);
  const method = methods[decoderFor(transferSyntaxUid) ?? 'rle'];
  if ((said && textsOf(said, tree)) === '01' || method === undefined) return [];
  return [
    { tag: 0x00282110, vr: 'CS', value: Buffer.from('01') },
    { tag: 0x00282112, vr: 'DS', value: padded(ratio.toFixed(2)) },
    { tag: 0x00282114, vr: 'CS', value: padded(method) },
  ];
}

/** PS3.3 section C.7.6.1.1.5.1. */
const methods = {
  rle: undefined,
  jpeg: 'ISO_10918_1',
  jpegLs: 'ISO_14495_1',
  jpeg2000: 'ISO_15444_1',
  htJpeg2000: 'ISO_15444_15',
} as const;

/** A text of even length (PS3.5 section 6.2). */
export function padded(text: string): Buffer {
  return Buffer.from(text.length % 2 === 0 ? text : `${text} `, 'latin1');
}
