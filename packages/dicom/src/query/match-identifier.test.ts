import { describe, expect, it, test } from 'vitest';
import { answerIdentifier, matchesIdentifier } from './match-identifier.ts';

const item = {
  SpecificCharacterSet: 'ISO_IR 192',
  PatientName: 'Müller^Jürgen',
  PatientID: 'P-17',
  AccessionNumber: '4711',
  StudyInstanceUID: '1.2.3.4',
  ScheduledProcedureStepSequence: [
    {
      Modality: 'CT',
      ScheduledStationAETitle: 'CT1',
      ScheduledProcedureStepStartDate: '20261126',
      ScheduledProcedureStepStartTime: '0930',
    },
  ],
};
const step = (key: object) => ({ ScheduledProcedureStepSequence: [key] }) as never;

describe('matchesIdentifier', () => {
  test.each([
    ['nothing asked', {}],
    ['universal keys', { PatientName: null, PatientID: '', AccessionNumber: '*' }],
    ['a single value', { PatientID: 'P-17' }],
    ['a list of UIDs', { StudyInstanceUID: ['1.2.3', '1.2.3.4'] }],
    ['wildcards', { PatientID: 'P-?7', AccessionNumber: '4*1' }],
    ['a name in another case, with empty components', { PatientName: 'müller^JÜRGEN^^' }],
    ['a name with a star', { PatientName: 'Mül*' }],
    ['a key of the sequence', step({ Modality: 'CT' })],
    ['a day', step({ ScheduledProcedureStepStartDate: '20261126' })],
    ['from a day on', step({ ScheduledProcedureStepStartDate: '20261126-' })],
    ['up to a day', step({ ScheduledProcedureStepStartDate: '-20261126' })],
    ['a range of time', step({ ScheduledProcedureStepStartTime: '0900-0945' })],
    ['an empty item', step({})],
    ['an item of universal keys', step({ Modality: null, ScheduledStationAETitle: '' })],
    [
      'what describes the query',
      { QueryRetrieveLevel: 'STUDY', SpecificCharacterSet: 'ISO_IR 100' },
    ],
    ['an unknown key without a value', { PatientWeight: null }],
  ])('%s: matches', (_, identifier) => {
    expect(matchesIdentifier(identifier, item)).toBe(true);
  });

  test.each([
    ['another value', { PatientID: 'P-18' }],
    ['another case where case counts', { PatientID: 'p-17' }],
    ['a UID with a star, which is no wildcard there', { StudyInstanceUID: '1.2*' }],
    ['a wildcard that is too short', { PatientID: 'P-?' }],
    ['another modality', step({ Modality: 'MR' })],
    [
      'one key of an item that does not match',
      step({ Modality: 'CT', ScheduledStationAETitle: 'X' }),
    ],
    ['the day before', step({ ScheduledProcedureStepStartDate: '-20261125' })],
    ['the day after', step({ ScheduledProcedureStepStartDate: '20261127-20261130' })],
    ['a key that the item does not have', { PatientWeight: '70' }],
  ])('%s: does not match', (_, identifier) => {
    expect(matchesIdentifier(identifier, item)).toBe(false);
  });
});

describe('answerIdentifier', () => {
  it('gives what is asked for, in the character set of the item', () => {
    const asked = {
      PatientName: 'M*',
      PatientBirthDate: null,
      ScheduledProcedureStepSequence: [{ Modality: 'CT', ScheduledStationName: null }],
    };
    expect(answerIdentifier(asked, item)).toEqual({
      SpecificCharacterSet: 'ISO_IR 192',
      PatientName: 'Müller^Jürgen',
      PatientBirthDate: null,
      ScheduledProcedureStepSequence: [{ Modality: 'CT', ScheduledStationName: null }],
    });
  });

  it('gives whole items for an empty sequence, and none where there are none', () => {
    const asked = { ScheduledProcedureStepSequence: [], RequestedProcedureCodeSequence: [] };
    expect(answerIdentifier(asked, item)).toEqual({
      SpecificCharacterSet: 'ISO_IR 192',
      ScheduledProcedureStepSequence: item.ScheduledProcedureStepSequence,
      RequestedProcedureCodeSequence: [],
    });
  });
});
