import { nearest, openedAt, parseHours, PermanentError } from '@consort/core';
import { Environment, EvaluationError, ParseError, type ASTNode } from '@marcbachmann/cel-js';
import { knownElements, knownSequences } from './elements.ts';
import { isLike } from './like.ts';

/** When a rule holds: an expression of the Common Expression Language. */
export interface Condition {
  readonly text: string;
  /** The keywords of the top level that it speaks of, those of sequences too. */
  readonly elements: readonly string[];
  /** The keywords that it speaks of within items. */
  readonly members: readonly string[];
  /** All names it speaks of, elements too. */
  readonly names: readonly string[];
  /** @throws PermanentError CONDITION_UNDECIDED when it comes to no result for these facts */
  holds(facts: Facts): boolean;
}

/** What a condition is asked of, by name: texts, numbers (NaN for none), or lists of either, or of items. */
export type Facts = Readonly<Record<string, Fact>>;
export type Fact =
  string | number | readonly string[] | readonly number[] | readonly SequenceItem[] | Date;

/** An item of a sequence as a condition sees it: its facts are properties of its own. */
export class SequenceItem {
  readonly [keyword: string]: Fact;

  constructor(facts: Facts) {
    Object.assign(this, facts);
  }
}

/** Names besides the keywords of elements. */
export const circumstances = {
  callingAeTitle: 'string',
  calledAeTitle: 'string',
  peerAddress: 'string',
  transferSyntaxUid: 'string',
  now: 'google.protobuf.Timestamp',
} as const;

/** What is wrong with the text of a condition. */
export class ConditionMistake extends Error {}

/**
 * Compiles a condition. Every name and type is known beforehand, so a misspelt keyword is found here and not at
 * the first image.
 * @throws ConditionMistake
 */
export function compileCondition(text: string): Condition {
  const parsed = parse(text);
  const nodes = [...nodesOf(parsed.ast)];
  refuseWhatIsNotOffered(nodes);
  const { valid, type, error } = parsed.check();
  if (!valid) throw mistake(text, error?.range?.start, error?.summary ?? 'no condition');
  if (type !== 'bool') {
    throw new ConditionMistake(
      `${JSON.stringify(text)} is ${type}, not true or false; compare it with something`,
    );
  }
  const names = [...new Set(nodes.flatMap(({ op, args }) => (op === 'id' ? [args] : [])))].filter(
    (name) => name in circumstances || isKeyword(name),
  );
  return {
    text,
    names,
    elements: names.filter(isKeyword),
    members: [...new Set(nodes.flatMap(memberOf))].filter(isKeyword),
    holds: (facts) => resultOf(text, () => parsed(facts)),
  };
}

function isKeyword(name: string): boolean {
  return knownElements().has(name) || knownSequences().has(name);
}

/** The keyword in `item.CodeValue` or `item["CodeValue"]`. */
function memberOf({ op, args }: ASTNode): readonly string[] {
  if (op === '.') return [args[1]];
  if (op !== '[]') return [];
  const [, index] = args;
  return index.op === 'value' && typeof index.args === 'string' ? [index.args] : [];
}

// A text written by whoever may edit the production file: these are for mistakes, not for attacks.
const limits = {
  maxAstNodes: 1_000,
  maxDepth: 50,
  maxListElements: 500,
  maxMapEntries: 100,
  maxCallArguments: 8,
};

let environment: Environment | undefined;

function openEnvironment(): Environment {
  const made = new Environment({ limits });
  for (const [name, type] of Object.entries(circumstances)) made.registerVariable(name, type);
  const types = keywordTypes();
  made.registerType('SequenceItem', { ctor: SequenceItem, fields: types });
  for (const [keyword, type] of Object.entries(types)) made.registerVariable(keyword, type);
  return (
    made
      // Nobody should have to write 5.0.
      .registerOperator('double == int', (one: number, other: bigint) => one === Number(other))
      .registerOperator('double in list<int>', (one: number, others: Iterable<bigint>) =>
        [...others].some((other) => one === Number(other)),
      )
      .registerFunction('string.like(string): bool', (value: string, pattern: string) =>
        isLike(value, pattern),
      )
      .registerFunction(
        'google.protobuf.Timestamp.during(string): bool',
        (now: Date, hours: string) => Boolean(openedAt(parseHours(hours) ?? [], now)),
      )
  );
}

/** The type of every keyword, on the top level and in items. */
function keywordTypes(): Readonly<Record<string, string>> {
  const elements = [...knownElements().values()].map(({ keyword, kind, isList }) => {
    const type = kind === 'text' ? 'string' : 'double';
    return [keyword, isList ? `list<${type}>` : type] as const;
  });
  const sequences = [...knownSequences().keys()].map(
    (keyword) => [keyword, 'list<SequenceItem>'] as const,
  );
  return Object.fromEntries([...elements, ...sequences]);
}

function parse(text: string) {
  environment ??= openEnvironment();
  try {
    return environment.parse(text);
  } catch (error) {
    if (error instanceof ParseError) throw mistake(text, error.range?.start, error.summary);
    throw error;
  }
}

/** The library's own words can hold values. */
function resultOf(text: string, evaluate: () => unknown): boolean {
  try {
    return evaluate() === true;
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    throw new PermanentError(
      'CONDITION_UNDECIDED',
      `${JSON.stringify(text)} comes to no result for this image: ${error.code.replaceAll('_', ' ')} at character ${(error.range?.start ?? 0) + 1}; ` +
        'ask whether there is such a value before you use it, like size(ImageType) > 2 && …',
    );
  }
}

function refuseWhatIsNotOffered(nodes: readonly ASTNode[]): void {
  for (const { op, args } of nodes) {
    if (op !== 'rcall') continue;
    const [name, , [first]] = args;
    if (name === 'matches') {
      throw new ConditionMistake(
        'matches is not offered: some regular expressions take for ever; write like("CT*"), contains, startsWith or endsWith',
      );
    }
    if (name !== 'during') continue;
    if (first?.op !== 'value' || typeof first.args !== 'string' || !parseHours(first.args)) {
      throw new ConditionMistake(
        'during takes hours in quotes, like now.during("Mon-Fri 07:00-19:00")',
      );
    }
  }
}

/** The library's own message shows the text with a marker below, on three lines; its summary is enough. */
function mistake(text: string, at: number | undefined, summary: string): ConditionMistake {
  const place = at === undefined ? '' : ` at character ${at + 1}`;
  const [, unknown] = /^(?:Unknown variable|No such key): (\w+)$/.exec(summary) ?? [];
  if (unknown === undefined) {
    return new ConditionMistake(`${JSON.stringify(text)} is no condition: ${summary}${place}`);
  }
  const others = Object.keys(circumstances);
  const near = nearest(unknown, [...others, ...knownElements().keys(), ...knownSequences().keys()]);
  return new ConditionMistake(
    near
      ? `${unknown}${place} is not known; did you mean ${near}?`
      : `${unknown}${place} is neither the keyword of a sequence or of an element with text or numbers nor one of ${others.join(', ')}`,
  );
}

/** A node and all below it. */
function* nodesOf(node: ASTNode): Generator<ASTNode> {
  yield node;
  for (const part of [node.args].flat(3)) if (isNode(part)) yield* nodesOf(part);
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part;
}
