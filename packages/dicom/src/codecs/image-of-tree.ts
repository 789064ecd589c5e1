import type { TreeItem } from '../data-set/element-tree.ts';
import { textsOf } from '../data-set/tree-values.ts';
import { numberAt } from '../frames/number-at.ts';
import type { FrameImage } from './frame-image.ts';
import { FrameUnfit } from './frame-unfit.ts';

/**
 * What a data set says of its frames.
 * @throws FrameUnfit where an element is missing that has to be there (PS3.3 section C.7.6.3), or cells are no whole bytes
 */
export function imageOfTree(tree: TreeItem): FrameImage {
  const bitsAllocated = required(tree, 0x00280100, 'Bits Allocated (0028,0100)');
  if (bitsAllocated % 8 !== 0 || bitsAllocated > 32) {
    throw new FrameUnfit(
      `has Bits Allocated (0028,0100) ${bitsAllocated}, where 8, 16, 24 and 32 are coded`,
    );
  }
  return {
    rows: required(tree, 0x00280010, 'Rows (0028,0010)'),
    columns: required(tree, 0x00280011, 'Columns (0028,0011)'),
    samples: numberAt(tree, 0x00280002) ?? 1,
    bitsAllocated,
    bitsStored: Math.min(numberAt(tree, 0x00280101) ?? bitsAllocated, bitsAllocated),
    isSigned: numberAt(tree, 0x00280103) === 1,
  };
}

/** Photometric Interpretation (0028,0004), or '' where there is none. */
export function photometricInterpretationOf(tree: TreeItem): string {
  const element = tree.elements.get(0x00280004);
  return (element && textsOf(element, tree)) ?? '';
}

function required(tree: TreeItem, tag: number, name: string): number {
  const value = numberAt(tree, tag);
  if (value !== undefined && value > 0) return value;
  throw new FrameUnfit(`has no ${name}`);
}
