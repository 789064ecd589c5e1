import { describe, expect, it } from 'vitest';
import { compileCondition, SequenceItem, type Facts } from './condition.ts';
import { isLike } from './like.ts';

const image: Facts = {
  Modality: 'CT',
  ImageType: ['DERIVED', 'SECONDARY'],
  SeriesNumber: 5,
  EchoTime: Number.NaN,
  PatientID: 'secret-id',
  callingAeTitle: 'CT2',
  RequestAttributesSequence: [
    new SequenceItem({
      ScheduledProcedureStepID: 'S1',
      StartCumulativeTimeWeight: 2,
      ScheduledProtocolCodeSequence: [new SequenceItem({ CodeValue: 'HEAD' })],
    }),
  ],
  PerformedProtocolCodeSequence: [],
  // A Wednesday, noon of this zone.
  now: new Date(2026, 7, 26, 12),
};

describe('a condition', () => {
  it.each([
    ['Modality == "CT"', true],
    ['Modality in ["MR", "US"]', false],
    ['"DERIVED" in ImageType && ImageType[1] == "SECONDARY"', true],
    ['ImageType.exists(value, value.startsWith("SEC"))', true],
    ['SeriesNumber == 5 && SeriesNumber in [5, 6] && SeriesNumber < 5.5', true],
    ['EchoTime == 0 || EchoTime < 1 || EchoTime > 1', false],
    ['callingAeTitle.like("CT?") && !PatientID.like("*-x")', true],
    ['now.during("Mon-Fri 07:00-19:00")', true],
    ['now.during("Sat-Sun 00:00-24:00")', false],
    ['RequestAttributesSequence[0].ScheduledProcedureStepID == "S1"', true],
    ['RequestAttributesSequence[0]["ScheduledProcedureStepID"] == "S2"', false],
    [
      'RequestAttributesSequence.exists(item, item.ScheduledProtocolCodeSequence.exists(code, code.CodeValue.like("H*")))',
      true,
    ],
    ['RequestAttributesSequence.all(item, item.StartCumulativeTimeWeight == 2)', true],
    ['PerformedProtocolCodeSequence.exists(item, item.CodeValue == "HEAD")', false],
    ['size(PerformedProtocolCodeSequence) > 0', false],
    ['size(ImageType) > 2 && ImageType[2] == "AXIAL"', false],
  ])('%s', (text, holds) => expect(compileCondition(text).holds(image)).toBe(holds));

  it('knows what it asks about', () => {
    const { elements, names } = compileCondition('Modality == "CT" && callingAeTitle != Modality');
    expect(elements).toEqual(['Modality']);
    expect(names).toEqual(['Modality', 'callingAeTitle']);
    const ofItems = compileCondition(
      'Modality == "CT" && RequestAttributesSequence.exists(i, i["ScheduledProtocolCodeSequence"][0].CodeValue == "A")',
    );
    expect(ofItems.elements).toEqual(['Modality', 'RequestAttributesSequence']);
    expect(ofItems.members.toSorted()).toEqual(['CodeValue', 'ScheduledProtocolCodeSequence']);
  });

  it.each([
    ['Modalty == "CT"', 'Modalty at character 1 is not known; did you mean Modality?'],
    [
      'RequestAttributesSequence[0].CodeValu == "A"',
      'CodeValu at character 30 is not known; did you mean CodeValue?',
    ],
    ['RequestAttributesSequence[0].CodeValue > 5', 'no such overload: string > int'],
    ['RequestAttributesSequence == "A"', 'is no condition: no such overload'],
    ['has(RequestAttributesSequence[0].CodeValue)', 'is no condition: has()'],
    [
      'Modality > 5',
      '"Modality > 5" is no condition: no such overload: string > int at character 1',
    ],
    ['Modality ==', '"Modality ==" is no condition: Unexpected token: EOF at character 12'],
    ['Modality', '"Modality" is string, not true or false; compare it with something'],
    [
      'Modality.matches("(C+)+T")',
      'matches is not offered: some regular expressions take for ever',
    ],
    ['now.during("weekdays")', 'during takes hours in quotes'],
    ['now.during(Modality)', 'during takes hours in quotes'],
    ['PixelData == ""', 'PixelData at character 1 is '],
    ['constructor == ""', 'constructor at character 1 is '],
    [`${'('.repeat(99)}true${')'.repeat(99)}`, 'is no condition'],
  ])('%s is refused', (text, why) => expect(() => compileCondition(text)).toThrow(why));

  it('without a result says where, and no value', () => {
    const undecided = [
      compileCondition('ImageType[7] == "AXIAL"'),
      compileCondition('int(PatientID) > 3'),
      compileCondition('RequestAttributesSequence[7].ScheduledProcedureStepID == "S1"'),
    ];
    for (const condition of undecided) {
      expect(() => condition.holds(image)).toThrow(
        expect.objectContaining({
          code: 'CONDITION_UNDECIDED',
          message: expect.not.stringContaining('secret-id') as unknown,
        }),
      );
    }
  });
});

describe('like', () => {
  it.each([
    ['BRAIN', 'BRAIN', true],
    ['BRAIN', '*', true],
    ['', '*', true],
    ['', '?', false],
    ['HEAD BRAIN 2', '*BRAIN*', true],
    ['HEAD', 'H??D', true],
    ['HEAD', 'H?D', false],
    ['abab', '*ab', true],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
  ])('%s and %s', (value, pattern, expected) => expect(isLike(value, pattern)).toBe(expected));

  it('B69: is not held up by a pattern of many stars', () => {
    expect(isLike('a'.repeat(65_536), `${'*a'.repeat(500)}b`)).toBe(false);
  });
});
