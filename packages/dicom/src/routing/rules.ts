import { target } from '@consort/core';
import { z } from 'zod';
import { compileCondition, ConditionMistake, type Condition, type Facts } from './condition.ts';

/** The settings that are rules. */
export const ruleSettings = {
  rules: z
    .array(
      z.strictObject({
        name: z.string().min(1).optional(),
        when: z.string().superRefine(refuseMistake).optional(),
        send: targets(),
      }),
    )
    .min(1)
    .meta({
      description:
        'Tried in order: when says for which images, as a CEL expression on keywords of elements and sequences, callingAeTitle, calledAeTitle, peerAddress, transferSyntaxUid and now; send says where to.',
    }),
  match: z.enum(['first', 'all']).default('first').meta({
    description: 'Whether the first rule that holds decides, or every one that does.',
  }),
  otherwise: z
    .union([target(), z.array(target())])
    .transform((given) => [given].flat())
    .optional()
    .meta({
      description:
        'Where an image goes that no rule holds for; an empty list discards it. Without it such an image is an error.',
    }),
};

/** Rules as they are set. */
export type RuleSettings = z.output<z.ZodObject<typeof ruleSettings>>;

/** Rules that can be asked. */
export interface Rules extends Omit<RuleSettings, 'rules'> {
  readonly rules: readonly {
    /** Its name, or its place among the rules. */
    readonly name: string;
    /** Absent: it holds for every image. */
    readonly when?: Condition | undefined;
    readonly send: readonly string[];
  }[];
  /** The keywords of the top level that they speak of. */
  readonly elements: readonly string[];
  /** The keywords that they speak of within items. */
  readonly members: readonly string[];
}

/** What was decided of an image. */
export interface Route {
  /** Each host once. Absent: no rule holds, and nothing is said of such images. */
  readonly targets?: readonly string[];
  /** What came of each rule, in order. */
  readonly verdicts: readonly ('holds' | 'does not hold' | 'not asked')[];
  /** The names of those that hold. */
  readonly by: readonly string[];
}

/** Makes rules of their settings. */
export function compileRules({ rules, match, otherwise }: RuleSettings): Rules {
  const compiled = rules.map(({ name, when, send }, index) => ({
    name: `rule ${index + 1}${name === undefined ? '' : `, ${name}`}`,
    when: when === undefined ? undefined : compileCondition(when),
    send,
  }));
  const elements = [...new Set(compiled.flatMap(({ when }) => when?.elements ?? []))];
  const members = [...new Set(compiled.flatMap(({ when }) => when?.members ?? []))];
  return { rules: compiled, match, otherwise, elements, members };
}

/**
 * Decides where an image goes.
 * @throws PermanentError CONDITION_UNDECIDED
 */
export function routeOf({ rules, match, otherwise }: Rules, facts: Facts): Route {
  const verdicts: Route['verdicts'][number][] = [];
  for (const { when } of rules) {
    if (match === 'first' && verdicts.includes('holds')) verdicts.push('not asked');
    else verdicts.push(!when || when.holds(facts) ? 'holds' : 'does not hold');
  }
  const deciding = rules.filter((_, index) => verdicts[index] === 'holds');
  const found = deciding.length > 0 ? deciding.flatMap(({ send }) => send) : otherwise;
  const by = deciding.map(({ name }) => name);
  return { ...(found && { targets: [...new Set(found)] }), verdicts, by };
}

function targets() {
  return z.union([target(), z.array(target()).min(1)]).transform((given) => [given].flat());
}

function refuseMistake(text: string, context: z.RefinementCtx): void {
  try {
    compileCondition(text);
  } catch (error) {
    if (!(error instanceof ConditionMistake)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
}
