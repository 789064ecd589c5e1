import type { TreeElement, TreeItem } from './element-tree.ts';
import { tagOfStep, type DataPath, type PathStep } from './parse-path.ts';
import { PathError } from './path-errors.ts';

/** What a path leads to: an element of an item, or, where it ends in `[1]`, the item itself. */
export interface Found {
  readonly item: TreeItem;
  readonly element?: TreeElement;
}

/**
 * What a path leads to in a data set, undefined for what is not there: one, or with `[*]` one for each item.
 * @throws PathError NOT_A_SEQUENCE
 */
export function findElements(root: TreeItem, path: DataPath): readonly (Found | undefined)[] {
  let places: readonly (Found | undefined)[] = [{ item: root }];
  for (const step of path.steps) {
    places = places.flatMap((place) => (place ? stepInto(place.item, step, path) : [undefined]));
  }
  return places;
}

function stepInto(item: TreeItem, step: PathStep, path: DataPath): readonly (Found | undefined)[] {
  const tag = tagOfStep(step, item.creators);
  const element = tag === undefined ? undefined : item.elements.get(tag);
  if (step.item === undefined) return [element && { item, element }];
  if (!element) return step.item === '*' ? [] : [undefined];
  if (!element.items) {
    throw new PathError(
      'NOT_A_SEQUENCE',
      path.text,
      step.position,
      `an item of ${step.name} is asked for, which is no sequence: its VR is ${element.vr}`,
    );
  }
  if (step.item === '*') return element.items.map((inner) => ({ item: inner }));
  const inner = element.items[step.item - 1];
  return [inner && { item: inner }];
}
