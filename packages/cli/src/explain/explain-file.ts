import { open } from 'node:fs/promises';
import type { Host } from '@consort/core';
import { fileSource, readPart10, tailOf } from '@consort/dicom/part10';
import {
  compileRules,
  readFacts,
  routeOf,
  type Circumstances,
  type RuleSettings,
} from '@consort/dicom/routing';
import type { Output } from '../json/outputs.ts';

type Explanation = Output<'explain'>['explanations'][number];

/**
 * Says what a router would do with a file: which of its rules hold, with the values they ask about, and where it
 * would go.
 * @throws PermanentError PART10_UNREADABLE, DATA_SET_UNREADABLE, CONDITION_UNDECIDED; what opening the file throws
 */
export async function explainFile(
  path: string,
  router: Host,
  circumstances: Circumstances,
): Promise<Explanation> {
  const rules = compileRules(router.settings as unknown as RuleSettings);
  const handle = await open(path);
  try {
    const source = fileSource(handle, (await handle.stat()).size);
    const { meta, dataSetPosition } = await readPart10(source);
    const dataSet = tailOf(source, dataSetPosition);
    const facts = await readFacts(rules, dataSet, meta.transferSyntaxUid, circumstances);
    const { targets, verdicts } = routeOf(rules, facts);
    return {
      file: path,
      router: router.name,
      match: rules.match,
      rules: rules.rules.map(({ name, when, send }, index) => ({
        name,
        ...(when && { when: when.text }),
        verdict: verdicts[index] ?? 'not asked',
        facts: Object.fromEntries((when?.names ?? []).map((fact) => [fact, shown(facts[fact])])),
        send: [...send],
      })),
      ...(targets && { targets: [...targets] }),
    };
  } finally {
    await handle.close();
  }
}

/** As JSON can say it: there is no number that is none. */
function shown(fact: unknown): unknown {
  if (fact instanceof Date) return fact.toISOString();
  return Number.isNaN(fact) ? null : fact;
}
