import type { ShownElement } from './shown-elements.ts';

/** A data element that two data sets do not have in common. */
export interface ShownChange {
  /** Keywords or tags with item numbers from 1 on: `RequestAttributesSequence[1].00400007`. */
  readonly path: string;
  readonly vr: string;
  /** Absent: it was not there. A long value is told by its length. */
  readonly before?: readonly string[];
  /** Absent: it is not there any more. */
  readonly after?: readonly string[];
}

/** What the second has otherwise than the first, in the order of the second; long values are compared by length. */
export function shownDifference(
  before: readonly ShownElement[],
  after: readonly ShownElement[],
): readonly ShownChange[] {
  const was = flat(before);
  const is = flat(after);
  const changes: ShownChange[] = [];
  for (const [path, { vr, values }] of is) {
    const old = was.get(path);
    if (old && sameTexts(old.values, values)) continue;
    changes.push({ path, vr, ...(old ? { before: old.values } : {}), after: values });
  }
  for (const [path, { vr, values }] of was) {
    if (!is.has(path)) changes.push({ path, vr, before: values });
  }
  return changes;
}

interface Leaf {
  readonly vr: string;
  readonly values: readonly string[];
}

function flat(elements: readonly ShownElement[], above = ''): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  for (const { tag, keyword, vr, values, items, length } of elements) {
    const path = `${above}${keyword ?? tag}`;
    if (!items) {
      leaves.set(path, { vr, values: values ?? [`${length ?? 0} bytes`] });
      continue;
    }
    leaves.set(path, { vr, values: [`${items.length} items`] });
    for (const [index, item] of items.entries()) {
      for (const [inner, leaf] of flat(item, `${path}[${index + 1}].`)) leaves.set(inner, leaf);
    }
  }
  return leaves;
}

function sameTexts(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((text, index) => text === others[index]);
}
