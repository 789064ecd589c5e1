/** What a production file says, each part with its offset in the text. */
export type Tree = TreeMap | TreeList | TreeScalar | TreeBroken;

export interface TreeMap {
  readonly kind: 'map';
  readonly at: number;
  readonly entries: ReadonlyMap<string, TreeEntry>;
}

export interface TreeEntry {
  readonly keyAt: number;
  readonly value: Tree;
}

export interface TreeList {
  readonly kind: 'list';
  readonly at: number;
  readonly items: readonly Tree[];
}

export interface TreeScalar {
  readonly kind: 'scalar';
  readonly at: number;
  readonly end: number;
  readonly value: ScalarValue;
  /** Of a value that was one `${...}`: what it is as well, text or the number the text spells. */
  readonly alternative?: ScalarValue;
  readonly fromEnvironment: boolean;
}

/** A part that could not be read and has been reported. */
export interface TreeBroken {
  readonly kind: 'broken';
  readonly at: number;
}

export type ScalarValue = string | number | boolean | null;
export type TreePath = readonly PropertyKey[];

/** The plain value of a tree. Broken parts are undefined; scalars in `alternatives` give their other value. */
export function plain(tree: Tree, alternatives: ReadonlySet<TreeScalar> = new Set()): unknown {
  if (tree.kind === 'broken') return undefined;
  if (tree.kind === 'list') return tree.items.map((item) => plain(item, alternatives));
  if (tree.kind === 'scalar') return alternatives.has(tree) ? tree.alternative : tree.value;
  const pairs = [...tree.entries].map(([key, entry]) => [key, plain(entry.value, alternatives)]);
  return Object.fromEntries(pairs);
}

/** The part at a path, undefined when there is none. */
export function treeAt(tree: Tree, path: TreePath): Tree | undefined {
  let current: Tree | undefined = tree;
  for (const step of path) current = current && childOf(current, step);
  return current;
}

/**
 * Where a finding about a path is shown: at the value, or when there is none at the key of the
 * innermost part that should have it, `fallback` when that is the tree itself.
 */
export function offsetOf(tree: Tree, path: TreePath, fallback: number): number {
  let current = tree;
  let keyAt = fallback;
  for (const step of path) {
    const child = childOf(current, step);
    if (!child) return keyAt;
    keyAt = keyOffset(current, step) ?? child.at;
    current = child;
  }
  return path.length === 0 ? fallback : current.at;
}

/** Where the key at the end of a path stands. */
export function keyOffsetOf(tree: Tree, path: TreePath): number | undefined {
  const parent = treeAt(tree, path.slice(0, -1));
  return parent && keyOffset(parent, path.at(-1)!);
}

/** Says whether some part of a tree has already been reported as unreadable. */
export function isBroken(tree: Tree): boolean {
  if (tree.kind === 'map') return [...tree.entries.values()].some(({ value }) => isBroken(value));
  if (tree.kind === 'list') return tree.items.some(isBroken);
  return tree.kind === 'broken';
}

/** Every scalar of a tree. */
export function scalarsOf(tree: Tree): readonly TreeScalar[] {
  if (tree.kind === 'map') return [...tree.entries.values()].flatMap((e) => scalarsOf(e.value));
  if (tree.kind === 'list') return tree.items.flatMap(scalarsOf);
  return tree.kind === 'scalar' ? [tree] : [];
}

function childOf(tree: Tree, step: PropertyKey): Tree | undefined {
  if (tree.kind === 'map') return tree.entries.get(String(step))?.value;
  return tree.kind === 'list' ? tree.items[Number(step)] : undefined;
}

function keyOffset(tree: Tree, step: PropertyKey): number | undefined {
  return tree.kind === 'map' ? tree.entries.get(String(step))?.keyAt : undefined;
}
