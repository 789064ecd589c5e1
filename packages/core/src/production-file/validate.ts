import type { z } from 'zod';
import { issuesOfMeantOption, show, wordingOf, type Wording } from './issue-wording.ts';
import { nearest } from './nearest.ts';
import type { Report } from './report.ts';
import { meantValues, unknownKeys } from './schema-walk.ts';
import {
  isBroken,
  keyOffsetOf,
  offsetOf,
  plain,
  scalarsOf,
  treeAt,
  type Tree,
  type TreePath,
  type TreeScalar,
} from './tree.ts';

/** How `validate` says what it finds. */
export interface ValidateOptions {
  readonly report: Report;
  /** Where a missing key is shown. */
  readonly at: number;
  /** What to say of an unknown key, undefined for the ordinary words. */
  explain?(path: TreePath): Wording | undefined;
}

/** What a part of the file says and what its schema makes of it. */
export interface Validated {
  /** As the schema gave it; absent when something is wrong, which is reported. */
  readonly output?: Readonly<Record<string, unknown>>;
  /** As the file says it. */
  readonly input: unknown;
}

/**
 * Checks a part of the file against an object schema, strictly at every depth, and reports each
 * mistake where it stands. What has been reported already is not reported again.
 */
export async function validate(
  schema: z.ZodObject,
  tree: Tree,
  options: ValidateOptions,
): Promise<Validated> {
  const { input, result } = await parseEitherWay(schema, tree);
  if (result === undefined) {
    options.report.error('CHECK_FAILED', options.at, 'the schema of these settings failed on them');
    return { input };
  }
  const unknown = reportUnknownKeys(schema, tree, input, options);
  const issues = result.success ? [] : result.error.issues.flatMap(flatten);
  const secrets = secretPlaces(schema, input);
  // A key that is written wrong is not missing as well.
  const misspelt = new Set(unknown.flatMap(({ meant }) => meant ?? []));
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys' && unknown.length > 0) continue;
    const at = treeAt(tree, issue.path);
    if (at && isBroken(at)) continue;
    const name = nameOf(issue.path);
    const shown = secrets.has(name) ? undefined : show(issue.input);
    const { message, suggestion } = wordingOf(issue, shown);
    const isMissing = message.startsWith('is missing');
    if (isMissing && misspelt.has(name)) continue;
    const subject = name === '' ? '' : isMissing ? `${name} ` : `${name}: `;
    const offset = offsetOf(tree, issue.path, options.at);
    const code = isMissing ? 'KEY_MISSING' : 'VALUE_UNFIT';
    options.report.error(code, offset, `${subject}${message}`, suggestion);
  }
  if (!result.success || unknown.length > 0 || isBroken(tree)) return { input };
  return { input, output: result.data };
}

/** The name of a nested setting: `rules[0].target`. */
export function nameOf(path: TreePath): string {
  return path.reduce<string>((name, step) => {
    if (typeof step === 'number') return `${name}[${step}]`;
    return name === '' ? String(step) : `${name}.${String(step)}`;
  }, '');
}

/** What to say of a key that is not among those known. */
export function unknownKey(key: string, known: readonly string[]): Wording {
  // The keys of a large component are no help in one line.
  const list = known.length > 20 ? '' : `; the keys here are ${known.join(', ')}`;
  const near = nearest(key, known);
  return {
    message: `unknown key ${show(key)}${list}`,
    ...(near !== undefined && { suggestion: near }),
  };
}

type Result = z.ZodSafeParseResult<Record<string, unknown>>;

// A value that was a variable is a number or a text, whichever fits; where both do, as it is written.
async function parseEitherWay(
  schema: z.ZodObject,
  tree: Tree,
): Promise<{ readonly input: unknown; readonly result: Result | undefined }> {
  const input = plain(tree);
  const result = await parse(schema, input);
  const mistaken = scalarsWithIssues(tree, result);
  if (mistaken.size === 0) return { input, result };
  const otherwise = await parse(schema, plain(tree, mistaken));
  const still = scalarsWithIssues(tree, otherwise);
  const helped = new Set([...mistaken].filter((scalar) => !still.has(scalar)));
  const best = plain(tree, helped);
  return { input: best, result: await parse(schema, best) };
}

async function parse(schema: z.ZodObject, input: unknown): Promise<Result | undefined> {
  try {
    return await schema.strict().safeParseAsync(input, { reportInput: true });
  } catch {
    return undefined;
  }
}

function scalarsWithIssues(tree: Tree, result: Result | undefined): ReadonlySet<TreeScalar> {
  const found = new Set<TreeScalar>();
  const issues = result && !result.success ? result.error.issues.flatMap(flatten) : [];
  for (const issue of issues) {
    const at = treeAt(tree, issue.path);
    if (at?.kind === 'scalar' && at.alternative !== undefined) found.add(at);
  }
  return found;
}

function flatten(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  return issuesOfMeantOption(issue)?.flatMap(flatten) ?? [issue];
}

interface UnknownKey {
  /** The key that was probably meant, by its whole name. */
  readonly meant?: string;
}

function reportUnknownKeys(
  schema: z.ZodObject,
  tree: Tree,
  input: unknown,
  { report, at, explain }: ValidateOptions,
): readonly UnknownKey[] {
  return unknownKeys(schema.strict(), input).map(({ path, known }) => {
    const said = explain?.(path) ?? unknownKey(String(path.at(-1)), known);
    const code = said.code ?? 'KEY_UNKNOWN';
    report.error(code, keyOffsetOf(tree, path) ?? at, said.message, said.suggestion);
    hideAll(treeAt(tree, path), report);
    const { suggestion } = said;
    return suggestion === undefined ? {} : { meant: nameOf([...path.slice(0, -1), suggestion]) };
  });
}

// It may be the misspelt name of a secret.
function hideAll(tree: Tree | undefined, report: Report): void {
  if (tree) for (const scalar of scalarsOf(tree)) report.hide(scalar.at, scalar.end);
}

function secretPlaces(schema: z.ZodObject, input: unknown): ReadonlySet<string> {
  const secrets = meantValues(schema, input).filter(({ meaning }) => meaning === 'secret');
  return new Set(secrets.map(({ path }) => nameOf(path)));
}
