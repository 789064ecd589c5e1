import { describe, expect, it } from 'vitest';
import type { OutgoingFile } from './outgoing-file.ts';
import { planAssociations } from './plan-associations.ts';

function file(
  sopInstanceUid: string,
  sopClassUid = '1.2',
  transferSyntaxUid = '1.2.840.10008.1.2.1',
): OutgoingFile {
  return {
    path: `/${sopInstanceUid}`,
    size: 1,
    sopClassUid,
    sopInstanceUid,
    transferSyntaxUid,
    dataSet: () => (async function* () {})(),
  };
}

describe('planAssociations', () => {
  it('puts all on one association, with a context for each class in each transfer syntax', () => {
    const [plan, ...more] = planAssociations([
      file('1'),
      file('2'),
      file('3', '1.2', '1.2.840.10008.1.2.4.50'),
      file('4', '1.3'),
    ]);
    expect(more).toEqual([]);
    expect(plan?.files).toHaveLength(4);
    expect(plan?.contexts).toEqual([
      { abstractSyntax: '1.2', transferSyntaxes: ['1.2.840.10008.1.2.1'] },
      { abstractSyntax: '1.2', transferSyntaxes: ['1.2.840.10008.1.2.4.50'] },
      { abstractSyntax: '1.3', transferSyntaxes: ['1.2.840.10008.1.2.1'] },
    ]);
  });

  it('puts an object that comes again on a later one', () => {
    const plans = planAssociations([file('1'), file('1'), file('2'), file('1')]);
    expect(plans.map(({ files }) => files.map(({ sopInstanceUid }) => sopInstanceUid))).toEqual([
      ['1', '2'],
      ['1'],
      ['1'],
    ]);
  });

  it('proposes at most 128 contexts on one', () => {
    const plans = planAssociations(
      Array.from({ length: 300 }, (_, index) => file(`${index}`, `1.${index}`)),
    );
    expect(plans.map(({ contexts }) => contexts.length)).toEqual([128, 128, 44]);
  });
});
