import { parsePath, type PathStep } from './parse-path.ts';
import { PathError } from './path-errors.ts';
import type { DataValue, DataValues } from './value.ts';

/** What is to become of the elements of a data set or an item. */
export type Edits = readonly Edit[];

/** What is to become of one element: it is given a value, removed, or something inside of it changes. */
export interface Edit {
  readonly step: PathStep;
  /** The path that asked for it. */
  readonly path: string;
  readonly change: 'set' | 'remove' | 'items';
  /** Present when it is set. */
  readonly value?: DataValue;
  /** What becomes of the items, by number; `*` is for all that there are. */
  readonly items?: ReadonlyMap<number | '*', Edits>;
}

/**
 * Sorts changes by path into what becomes of which element.
 * @throws PathError PATH_INVALID and TAG_INVALID, also for what cannot be set: a command set, an item as a whole, a
 *   group length, and what two paths contradict each other about; KEYWORD_UNKNOWN, NOT_A_SEQUENCE
 */
export function editsOf(changes: Readonly<Record<string, DataValue | undefined>>): Edits {
  let edits: Edits = [];
  for (const [text, value] of Object.entries(changes)) {
    const { root, steps } = parsePath(text);
    if (root === 'CommandSet') {
      throw new PathError(
        'PATH_INVALID',
        text,
        1,
        'a command set cannot be set; write a body with another command',
      );
    }
    for (const step of steps) checkSettable(step, text);
    const last = steps.at(-1)!;
    if (last.item !== undefined) {
      throw new PathError(
        'PATH_INVALID',
        text,
        last.position,
        'an item cannot be set as a whole; set elements of it',
      );
    }
    edits = merge(edits, [nested(steps, text, value)]);
  }
  return edits;
}

/** Both together; of one element what `second` says counts. @throws PathError PATH_INVALID on a contradiction */
export function merge(first: Edits, second: Edits): Edits {
  const merged = new Map(first.map((edit) => [keyOf(edit), edit]));
  for (const edit of second) {
    const other = merged.get(keyOf(edit));
    merged.set(keyOf(edit), other ? mergeEdit(other, edit) : edit);
  }
  return [...merged.values()];
}

/**
 * Edits as the values of a new item; undefined when they set nothing.
 * @throws PathError ITEM_MISSING when items are left out, TAG_INVALID for a private element named by its creator
 */
export function newValues(edits: Edits): DataValues | undefined {
  const values = new Map<string, DataValue>();
  for (const { step, path, change, value, items } of edits) {
    const list = change === 'items' ? newItems(items!, 0, step, path) : [];
    if (change === 'remove' || (change === 'items' && list.length === 0)) continue;
    if (step.creator !== undefined) throw noBlock(step, path);
    values.set(step.name, change === 'items' ? list : value!);
  }
  return values.size === 0 ? undefined : Object.fromEntries(values);
}

/**
 * The items that are to follow the `count` that a sequence has.
 * @throws PathError ITEM_MISSING when one in between would be missing
 */
export function newItems(
  items: ReadonlyMap<number | '*', Edits>,
  count: number,
  step: PathStep,
  path: string,
): readonly DataValues[] {
  const beyond = [...items]
    .flatMap(([number, edits]) => (number === '*' || number <= count ? [] : [{ number, edits }]))
    .sort((a, b) => a.number - b.number);
  const added: DataValues[] = [];
  for (const { number, edits } of beyond) {
    const values = newValues(edits);
    if (!values) continue;
    if (number !== count + added.length + 1) {
      const what = `item ${number} of ${step.name} is asked for, which has ${count}; the next that can be added is [${count + added.length + 1}]`;
      throw new PathError('ITEM_MISSING', path, step.position, what);
    }
    added.push(values);
  }
  return added;
}

/** The error of a private element whose creator an item does not have. */
export function noBlock(step: PathStep, path: string): PathError {
  const what = `${step.name} is to be set, and no block of its creator is there; set the creator and the element by their tags`;
  return new PathError('TAG_INVALID', path, step.position, what);
}

function checkSettable(step: PathStep, path: string): void {
  const group = step.tag >>> 16;
  const isGroupLength = step.creator === undefined && (step.tag & 0xffff) === 0;
  if (group > 0x0002 && !isGroupLength) return;
  const what = `${step.name} cannot be set: it is no element of a data set, or a group length, which is corrected by itself`;
  throw new PathError('TAG_INVALID', path, step.position, what);
}

function nested(steps: readonly PathStep[], path: string, value: DataValue | undefined): Edit {
  const [step, ...inner] = steps as [PathStep, ...PathStep[]];
  if (inner.length > 0) {
    return {
      step,
      path,
      change: 'items',
      items: new Map([[step.item!, [nested(inner, path, value)]]]),
    };
  }
  return value === undefined
    ? { step, path, change: 'remove' }
    : { step, path, change: 'set', value };
}

function mergeEdit(first: Edit, second: Edit): Edit {
  if (first.change !== 'items' && second.change !== 'items') return second;
  if (!first.items || !second.items) {
    const what = `${second.step.name} is changed as a whole and in its items`;
    throw new PathError('PATH_INVALID', second.path, second.step.position, what);
  }
  const items = new Map(first.items);
  for (const [number, edits] of second.items)
    items.set(number, merge(items.get(number) ?? [], edits));
  return { ...second, items };
}

function keyOf({ step }: Edit): string {
  return `${step.tag} ${step.creator ?? ''}`;
}
