import type { TreeItem } from '../data-set/element-tree.ts';
import { decodeValue } from '../data-set/decode-value.ts';

/** A number of a data set, the first where there are several; undefined when it is absent or none. */
export function numberAt(tree: TreeItem, tag: number): number | undefined {
  const element = tree.elements.get(tag);
  if (!element?.bytes) return undefined;
  const { vr, isBigEndian, bytes } = element;
  const reading = { vr, isBigEndian, characterSets: tree.characterSets };
  const [value] = [decodeValue(bytes, reading)].flat();
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}
