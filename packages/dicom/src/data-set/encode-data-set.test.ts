import { describe, expect, it } from 'vitest';
import { describeWith } from '../../../../tests/house/peers.ts';
import { part10Prefix } from '../part10/part10-prefix.ts';
import { decodeDataSet } from './decode-data-set.ts';
import { encodeDataSet } from './encode-data-set.ts';
import { pydicom, syntaxes } from './pydicom.fixture.ts';
import type { DataValues } from './value.ts';

const worklistItem: DataValues = {
  SpecificCharacterSet: 'ISO_IR 192',
  AccessionNumber: 'A1',
  PatientName: 'Müller^Jürgen=山田^太郎',
  PatientID: 'ID',
  PatientSize: 1.75,
  OtherPatientIDs: ['A', 'B'],
  PatientComments: null,
  Rows: 512,
  PixelRepresentation: 1,
  SmallestImagePixelValue: -5,
  FrameIncrementPointer: '(0018,1063)',
  SelectorUVValue: 2n ** 63n,
  SelectorSVValue: -4,
  RedPaletteColorLookupTableData: Buffer.of(1, 2, 3, 4),
  ReferencedStudySequence: [],
  ScheduledProcedureStepSequence: [
    {
      Modality: 'MR',
      ScheduledStationAETitle: 'SCANNER',
      ScheduledProcedureStepStartDate: '20260131',
      ScheduledProtocolCodeSequence: [{ CodeValue: 'X' }, { CodeValue: 'Y' }],
    },
  ],
  '(0009,0010)': 'OURS',
  '(0009,1001)': Buffer.of(7, 8),
};

describe('encodeDataSet', () => {
  it.each(Object.values(syntaxes))('encodes what decodeDataSet decodes, in %s', (syntax) => {
    const bytes = encodeDataSet(worklistItem, { transferSyntaxUid: syntax });
    expect(decodeDataSet(bytes, syntax)).toEqual(worklistItem);
  });

  it('checks each value against its VR and VM, and names the element, not the value', () => {
    const refused: readonly [DataValues, string][] = [
      [{ PatientID: 'S'.repeat(65) }, 'PatientID cannot be encoded: it has 65 characters'],
      [{ Modality: 'ct' }, 'Modality cannot be encoded: it is not capitals'],
      [{ Modality: ['CT', 'MR'] }, 'Modality cannot be encoded: it has 2 values'],
      [{ ImagePositionPatient: [1, 2] }, 'it has 2 values where its VM allows 3'],
      [{ StudyDate: '20261301' }, 'StudyDate cannot be encoded: it is not YYYYMMDD'],
      [{ StudyTime: '2460' }, 'StudyTime'],
      [{ StudyInstanceUID: '1.02' }, 'StudyInstanceUID'],
      [{ Rows: 70_000 }, 'Rows cannot be encoded: its VR US takes integers from 0 to 65535'],
      [{ Rows: '1' }, 'its VR US takes numbers'],
      [{ InstanceNumber: 1.5 }, 'its VR IS takes integers'],
      [{ PatientSize: Infinity }, 'its VR DS takes finite numbers'],
      [{ PatientName: 'A^B^C^D^E^F' }, 'more than five components'],
      [{ PatientID: 'a\nb' }, 'control characters'],
      [{ EncapsulatedDocument: 'text' }, 'its VR OB takes a Buffer'],
      [{ ReferencedStudySequence: 'x' }, 'its VR SQ takes a list of items'],
      [
        { ReferencedStudySequence: [{ ReferencedSOPClassUID: 'x' }] },
        'ReferencedStudySequence[1].ReferencedSOPClassUID cannot be encoded',
      ],
    ];
    for (const [values, message] of refused) {
      expect(() => encodeDataSet(values, { transferSyntaxUid: syntaxes.explicit })).toThrow(
        expect.objectContaining({
          code: 'VALUE_INVALID',
          message: expect.stringContaining(message),
        }),
      );
    }
  });

  it('takes ranges, wildcards and lists of UIDs in a query only', () => {
    const identifier = {
      StudyDate: '20260101-20260131',
      StudyTime: '-1200',
      Modality: 'C*',
      PatientName: 'M?LLER*',
      StudyInstanceUID: ['1.2.3', '1.2.4'],
    };
    const options = { transferSyntaxUid: syntaxes.implicit };
    expect(
      decodeDataSet(encodeDataSet(identifier, { ...options, purpose: 'query' }), syntaxes.implicit),
    ).toEqual(identifier);
    for (const key of ['StudyDate', 'StudyTime', 'Modality', 'StudyInstanceUID'] as const) {
      expect(() => encodeDataSet({ [key]: identifier[key] }, options)).toThrow(
        expect.objectContaining({ code: 'VALUE_INVALID' }),
      );
    }
  });

  it('refuses text that the character set does not have, and keywords nobody knows', () => {
    const options = { transferSyntaxUid: syntaxes.explicit };
    expect(() => encodeDataSet({ PatientName: 'Müller' }, options)).toThrow(
      expect.objectContaining({ code: 'TEXT_NOT_ENCODABLE' }),
    );
    expect(() => encodeDataSet({ PatientNam: 'X' }, options)).toThrow(
      expect.objectContaining({
        code: 'KEYWORD_UNKNOWN',
        message: expect.stringContaining('did you mean PatientName?'),
      }),
    );
  });

  it('gives DS as many digits as sixteen characters hold', () => {
    const bytes = encodeDataSet({ PatientSize: 1 / 3 }, { transferSyntaxUid: syntaxes.explicit });
    expect(bytes.toString('latin1', 8)).toBe('0.33333333333333');
  });
});

describeWith(['pydicom'], 'what encodeDataSet encodes', () => {
  it.each(Object.values(syntaxes))('is the same to pydicom, in %s', (syntax) => {
    const meta = { sopClassUid: '1.2.3', sopInstanceUid: '1.2.3.4', transferSyntaxUid: syntax };
    const file = Buffer.concat([
      part10Prefix(meta),
      encodeDataSet(worklistItem, { transferSyntaxUid: syntax }),
    ]);
    const read = pydicom(
      `
import base64, io
ds = pydicom.dcmread(io.BytesIO(base64.b64decode(json.load(sys.stdin))))
step = ds.ScheduledProcedureStepSequence[0]
print(json.dumps(dict(name=str(ds.PatientName), size=float(ds.PatientSize), ids=list(ds.OtherPatientIDs),
  rows=ds.Rows, smallest=ds.SmallestImagePixelValue, pointer=int(ds.FrameIncrementPointer),
  unsigned=str(ds.SelectorUVValue), signed=ds.SelectorSVValue, studies=len(ds.ReferencedStudySequence),
  codes=[code.CodeValue for code in step.ScheduledProtocolCodeSequence], private=list(ds[0x00091001].value))))
`,
      file.toString('base64'),
    );
    expect(read).toEqual({
      name: worklistItem['PatientName'],
      size: 1.75,
      ids: ['A', 'B'],
      rows: 512,
      smallest: -5,
      pointer: 0x00181063,
      unsigned: String(2n ** 63n),
      signed: -4,
      studies: 0,
      codes: ['X', 'Y'],
      private: [7, 8],
    });
  });
});
