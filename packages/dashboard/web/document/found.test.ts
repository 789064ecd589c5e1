import { expect, test } from 'vitest';
import { found } from './found.ts';

const elements = [
  { tag: '00100010', keyword: 'PatientName', vr: 'PN', values: ['Groß^Ännchen'] },
  { tag: '00100020', keyword: 'PatientID', vr: 'LO', values: ['A-17'] },
  {
    tag: '00081140',
    keyword: 'ReferencedImageSequence',
    vr: 'SQ',
    items: [
      [{ tag: '00081150', keyword: 'ReferencedSOPClassUID', vr: 'UI', values: ['1.2.840'] }],
      [{ tag: '00081155', keyword: 'ReferencedSOPInstanceUID', vr: 'UI', values: ['9.9'] }],
    ],
  },
];

test.each([
  ['', 3],
  ['patient', 2],
  ['ännchen', 1],
  ['(0010,0020)', 1],
  ['0010', 2],
  ['nothing like it', 0],
])('%j finds %i elements', (words, count) => {
  expect(found(elements, words)).toHaveLength(count);
});

test('a sequence stays with the item that has the words, and without the others', () => {
  expect(found(elements, '9.9')).toMatchObject([
    { keyword: 'ReferencedImageSequence', items: [[{ values: ['9.9'] }]] },
  ]);
});
