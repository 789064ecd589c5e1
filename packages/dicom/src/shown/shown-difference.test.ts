import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DocumentStore } from '@consort/core';
import { encodeDataSet } from '../data-set/encode-data-set.ts';
import { syntaxes } from '../data-set/pydicom.fixture.ts';
import { storedBytes, temporaryDocuments } from '../data-set/stored.fixture.ts';
import type { DataValues } from '../data-set/value.ts';
import { shownDifference } from './shown-difference.ts';

let stored: Awaited<ReturnType<typeof temporaryDocuments>>;
let documents: DocumentStore;

beforeAll(async () => {
  stored = await temporaryDocuments();
  documents = stored.documents;
});
afterAll(() => stored[Symbol.asyncDispose]());

/** 200 KB of words, one of them other than the rest. */
function pixels(last: number): Buffer {
  const words = Buffer.alloc(200_000, 7);
  words.writeUInt16LE(last, words.length - 2);
  return words;
}

const values: DataValues = {
  PatientID: 'P1',
  ImageComments: `${'x'.repeat(5_000)}1`,
  RequestAttributesSequence: [{ ScheduledProcedureStepID: 'A' }],
  RedPaletteColorLookupTableData: Buffer.of(1, 2, 3, 4),
  OverlayData: pixels(7),
  PixelData: pixels(1),
};

async function kept(changed: DataValues, transferSyntaxUid: string = syntaxes.explicit) {
  const all = { ...values, ...changed };
  // Words are encoded as they are given.
  const given = transferSyntaxUid === syntaxes.bigEndian ? withWordsSwapped(all) : all;
  const bytes = encodeDataSet(given, { transferSyntaxUid });
  return storedBytes(documents, bytes, transferSyntaxUid);
}

function withWordsSwapped(given: DataValues): DataValues {
  return Object.fromEntries(
    Object.entries(given).map(([keyword, value]) => [
      keyword,
      Buffer.isBuffer(value) ? Buffer.from(value).swap16() : value,
    ]),
  );
}

test('values of the same length that differ are told, however long, with what tells them apart', async () => {
  const changed = {
    ImageComments: `${'x'.repeat(5_000)}2`,
    RedPaletteColorLookupTableData: Buffer.of(1, 2, 3, 5),
    PixelData: pixels(2),
  };
  const { changes } = await shownDifference(await kept({}), await kept(changed), documents);
  expect(changes.map(({ path }) => path).toSorted()).toEqual(Object.keys(changed).toSorted());
  for (const { path, before, after } of changes) {
    // What is shown of both is the same but for the digest.
    expect(before?.slice(0, -1), path).toEqual(after?.slice(0, -1));
    expect(before?.at(-1), path).toMatch(/^SHA-256 [0-9a-f]{16}…$/);
    expect(after?.at(-1), path).not.toBe(before?.at(-1));
  }
  expect(changes.at(-1)?.before?.[0]).toBe('200000 bytes');
});

test('what came, went or has another length is told without a digest', async () => {
  const { PixelData: _pixels, ...without } = values;
  const bytes = encodeDataSet(
    { ...without, OverlayData: Buffer.alloc(100_000), PatientName: 'A' },
    { transferSyntaxUid: syntaxes.explicit },
  );
  const after = await storedBytes(documents, bytes, syntaxes.explicit);
  expect(await shownDifference(await kept({}), after, documents)).toEqual({
    changes: [
      { path: 'PatientName', vr: 'PN', after: ['A'] },
      { path: 'OverlayData', vr: 'OW', before: ['200000 bytes'], after: ['100000 bytes'] },
      { path: 'PixelData', vr: 'OW', before: ['200000 bytes'] },
    ],
    isCut: false,
  });
});

test.each([syntaxes.bigEndian, syntaxes.deflated])(
  'the same values in the transfer syntax %s are the same',
  async (syntax) => {
    const other = await kept({}, syntax);
    expect(await shownDifference(await kept({}), other, documents)).toEqual({
      changes: [],
      isCut: false,
    });
    const { changes } = await shownDifference(
      await kept({}),
      await kept({ PixelData: pixels(3) }, syntax),
      documents,
    );
    expect(changes.map(({ path }) => path)).toEqual(['PixelData']);
  },
);
