import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compileRules, routeOf, ruleSettings } from './rules.ts';

const facts = { Modality: 'CT', callingAeTitle: 'CT2' };
const settings = z.strictObject(ruleSettings);

function route(given: unknown, of: Record<string, string> = facts) {
  return routeOf(compileRules(settings.parse(given)), of);
}

const rules = [
  { name: 'CT', when: 'Modality == "CT"', send: 'Archive' },
  { when: 'callingAeTitle == "CT2"', send: ['Backup', 'Archive'] },
  { when: 'Modality == "MR"', send: 'Mri' },
];

describe('the rules of a router', () => {
  it('lets the first that holds decide', () => {
    expect(route({ rules })).toEqual({
      targets: ['Archive'],
      verdicts: ['holds', 'not asked', 'not asked'],
      by: ['rule 1, CT'],
    });
  });

  it('sends to all that hold, to each host once', () => {
    expect(route({ rules, match: 'all' })).toMatchObject({
      targets: ['Archive', 'Backup'],
      verdicts: ['holds', 'holds', 'does not hold'],
    });
  });

  it('sends nowhere when none holds, unless it says where', () => {
    const other = { Modality: 'US', callingAeTitle: 'US1' };
    expect(route({ rules }, other).targets).toBeUndefined();
    expect(route({ rules, otherwise: 'Rest' }, other).targets).toEqual(['Rest']);
    expect(route({ rules, otherwise: [] }, other).targets).toEqual([]);
  });

  it('has a rule without a condition hold for everything', () => {
    expect(route({ rules: [{ send: 'Archive' }] }).targets).toEqual(['Archive']);
  });

  it('refuses a mistake in a condition where it stands', () => {
    const parsed = settings.safeParse({ rules: [{ when: 'Modalty == "CT"', send: 'A' }] });
    expect(parsed.error?.issues).toEqual([
      expect.objectContaining({
        path: ['rules', 0, 'when'],
        message: 'Modalty at character 1 is not known; did you mean Modality?',
      }),
    ]);
  });
});
