import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { negotiate, presentationContexts, sopClassName } from './presentation-contexts.ts';
import { findSopClass } from './sop-classes.ts';

const ct = '1.2.840.10008.5.1.4.1.1.2';
const mr = '1.2.840.10008.5.1.4.1.1.4';
const explicit = '1.2.840.10008.1.2.1';
const implicit = '1.2.840.10008.1.2';
const jpeg = '1.2.840.10008.1.2.4.50';

function propose(abstractSyntax: string, ...transferSyntaxes: string[]) {
  return [{ id: 1, abstractSyntax, transferSyntaxes }];
}

describe('negotiate', () => {
  it('accepts storage, private classes and Verification, and no other class of the standard', () => {
    const proposed = [
      ct,
      '1.2.840.10008.5.1.4.1.1.9999.1',
      '1.3.12.2.1107.5.9.1',
      '1.2.840.10008.1.1',
      '1.2.840.10008.5.1.4.31',
      '1.2.840.10008.5.1.4.1.2.2.1',
      'not a uid',
      '',
    ].map((abstractSyntax, index) => ({
      id: 2 * index + 1,
      abstractSyntax,
      transferSyntaxes: [implicit],
    }));
    expect(negotiate(proposed).map(({ id, result }) => [id, result])).toEqual([
      [1, 0],
      [3, 0],
      [5, 0],
      [7, 0],
      [9, 3],
      [11, 3],
      [13, 3],
      [15, 3],
    ]);
  });

  it('answers 4 when no transfer syntax will do', () => {
    expect(negotiate(propose(ct, '1.2.3'))).toEqual([{ id: 1, result: 4 }]);
    expect(negotiate(propose(ct))).toEqual([{ id: 1, result: 4 }]);
  });

  it('accepts only what the rules name', () => {
    const rules = [{ sopClass: ct }];
    expect(negotiate(propose(ct, jpeg, explicit), rules)).toEqual([
      { id: 1, result: 0, transferSyntax: explicit },
    ]);
    expect(negotiate(propose(mr, explicit), rules)).toEqual([{ id: 1, result: 3 }]);
    expect(negotiate(propose('1.2.840.10008.1.1', implicit), rules)).toEqual([
      { id: 1, result: 3 },
    ]);
  });

  it('takes the first of our transfer syntaxes, and a rule that names the class before *', () => {
    const rules = [
      { sopClass: '*', transferSyntaxes: [implicit] },
      { sopClass: ct, transferSyntaxes: [jpeg, explicit] },
    ];
    expect(negotiate(propose(ct, explicit, implicit, jpeg), rules)).toEqual([
      { id: 1, result: 0, transferSyntax: jpeg },
    ]);
    expect(negotiate(propose(ct, implicit), rules)).toEqual([{ id: 1, result: 4 }]);
    expect(negotiate(propose(mr, explicit, implicit), rules)).toEqual([
      { id: 1, result: 0, transferSyntax: implicit },
    ]);
    expect(negotiate(propose('1.2.840.10008.5.1.4.31', implicit), rules)).toEqual([
      { id: 1, result: 3 },
    ]);
  });
});

describe('presentationContexts', () => {
  it('takes UIDs, keywords, names and *', () => {
    expect(
      presentationContexts().parse([
        { sopClass: 'CT Image Storage', transferSyntaxes: ['ExplicitVRLittleEndian', jpeg] },
        { sopClass: 'MRImageStorage' },
        { sopClass: '1.2.3' },
        { sopClass: '*' },
      ]),
    ).toEqual([
      { sopClass: ct, transferSyntaxes: [explicit, jpeg] },
      { sopClass: mr },
      { sopClass: '1.2.3' },
      { sopClass: '*' },
    ]);
  });

  it('says what is no SOP class and no transfer syntax, and where', () => {
    const { error } = presentationContexts().safeParse([
      { sopClass: 'CTImagStorage' },
      { sopClass: '*', transferSyntaxes: ['JPEG'] },
    ]);
    expect(error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
      ['0.sopClass', expect.stringContaining('"CTImagStorage" is no SOP class')],
      ['1.transferSyntaxes.0', expect.stringContaining('"JPEG" is no transfer syntax')],
    ]);
  });
});

describe('sopClassName', () => {
  it("agrees with pydicom's dictionary", () => {
    const script =
      'import json\nfrom pydicom.uid import UID_dictionary as d\n' +
      "print(json.dumps({k: v[4] for k, v in d.items() if v[1] == 'SOP Class' and v[4] and " +
      "k.startswith('1.2.840.10008.5.1.4.1.1.')}))";
    const theirs = JSON.parse(
      execFileSync('/usr/bin/python3', ['-c', script], { encoding: 'utf8' }),
    ) as Record<string, string>;
    for (const [uid, keyword] of Object.entries(theirs)) {
      expect(sopClassName(uid)).toBe(keyword);
      expect(findSopClass(keyword)).toBe(uid);
    }
    expect(sopClassName('1.2.3')).toBeUndefined();
  });
});
