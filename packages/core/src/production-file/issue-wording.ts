import { z } from 'zod';
import type { FindingCode } from './findings/finding-codes.ts';
import { nearest } from './nearest.ts';

type Issue = z.core.$ZodIssue;

/** What to say about a value that does not fit. */
export interface Wording {
  readonly message: string;
  readonly suggestion?: string;
  /** Of an unknown key; default KEY_UNKNOWN. */
  readonly code?: FindingCode;
}

/**
 * Words for a zod issue: `expected number to be ≤ 65535, got 70000`. What the author of a schema
 * wrote as a message is said as it is.
 * @param shown how to show the value that was given, undefined when it must not be shown
 */
export function wordingOf(issue: Issue, shown: string | undefined): Wording {
  const got = shown === undefined ? '' : `, got ${shown}`;
  if (isAuthors(issue)) return { message: issue.message };
  if (issue.input === undefined && expectationOf(issue)) {
    return { message: `is missing: expected ${expectationOf(issue)}` };
  }
  if (issue.code === 'too_big' || issue.code === 'too_small') {
    return { message: `expected ${boundOf(issue)}${got}` };
  }
  if (issue.code === 'not_multiple_of') {
    return { message: `expected a multiple of ${issue.divisor}${got}` };
  }
  if (issue.code === 'invalid_format') {
    const format = issue.pattern === undefined ? issue.format : `text like ${issue.pattern}`;
    return { message: `expected ${format}${got}` };
  }
  const expected = expectationOf(issue);
  if (expected === undefined) return { message: `${issue.message}${got}` };
  const near = nearestValue(issue);
  return { message: `expected ${expected}${got}`, ...(near !== undefined && { suggestion: near }) };
}

/**
 * The issues of the option of a union that was meant: one that took the value's kind and minds
 * something else. Undefined when no option did.
 */
export function issuesOfMeantOption(issue: Issue): readonly Issue[] | undefined {
  if (issue.code !== 'invalid_union' || issue.inclusive === false) return undefined;
  const meant = issue.errors.filter(
    (issues) => issues.length > 0 && !issues.some((inner) => refusesKind(inner)),
  );
  return meant[0]?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** A value for a message: short, quoted when it is a text. */
export function show(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'keys and values';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

// Zod's own words are those its locale gives for the same issue.
function isAuthors(issue: Issue): boolean {
  if (issue.code === 'custom') return true;
  const own = z.core.config().localeError?.(issue as never);
  return issue.message !== (typeof own === 'string' ? own : own?.message);
}

function boundOf(issue: Issue & { code: 'too_big' | 'too_small' }): string {
  const [limit, sign, few] =
    issue.code === 'too_big'
      ? [issue.maximum, issue.inclusive === false ? '<' : '≤', 'at most']
      : [issue.minimum, issue.inclusive === false ? '>' : '≥', 'at least'];
  if (issue.origin === 'string') return `text of ${few} ${limit} characters`;
  if (issue.origin === 'array' || issue.origin === 'set') return `a list of ${few} ${limit}`;
  return `number to be ${sign} ${limit}`;
}

function expectationOf(issue: Issue): string | undefined {
  if (issue.code === 'invalid_type') return kinds[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') {
    const values = issue.values.map((value) => JSON.stringify(value));
    return values.length === 1 ? values[0] : `one of ${values.join(', ')}`;
  }
  if (issue.code !== 'invalid_union' || issue.inclusive === false) return undefined;
  const each = issue.errors.map((issues) => issues[0] && expectationOf(issues[0]));
  const known = [...new Set(each.filter((expected) => expected !== undefined))];
  return known.length === 0 ? undefined : known.join(' or ');
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
  record: 'keys and values',
};

function nearestValue(issue: Issue): string | undefined {
  if (issue.code !== 'invalid_value' || typeof issue.input !== 'string') return undefined;
  return nearest(
    issue.input,
    issue.values.filter((value) => typeof value === 'string'),
  );
}

function refusesKind(issue: Issue): boolean {
  const here = issue.path.length === 0;
  return here && ['invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code);
}
