import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { encodeDataSet, type DataValues } from '@consort/dicom';
import { part10Prefix } from '@consort/dicom/part10';

/** Explicit VR Little Endian (PS3.5 section A.2). */
const explicitLittleEndian = '1.2.840.10008.1.2.1';

/**
 * Writes a small image as a DICOM file: a CT slice of 4 by 4 pixels of nobody, by keyword changed or completed with
 * `values`. Its UIDs are new each time (PS3.5 section B.2). Resolves with the path.
 * @throws PermanentError KEYWORD_UNKNOWN, VALUE_INVALID, TEXT_NOT_ENCODABLE
 */
export async function makeImage(path: string, values: DataValues = {}): Promise<string> {
  const {
    SOPClassUID: sopClassUid = '1.2.840.10008.5.1.4.1.1.2',
    SOPInstanceUID: sopInstanceUid = newUid(),
  } = values as { readonly SOPClassUID?: string; readonly SOPInstanceUID?: string };
  const all: DataValues = {
    SOPClassUID: sopClassUid,
    SOPInstanceUID: sopInstanceUid,
    StudyDate: '20200101',
    Modality: 'CT',
    PatientName: 'Test^Image',
    PatientID: 'TEST',
    StudyInstanceUID: newUid(),
    SeriesInstanceUID: newUid(),
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: 4,
    Columns: 4,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    PixelData: Buffer.alloc(16, 0x80),
    ...values,
  };
  const transferSyntaxUid = explicitLittleEndian;
  const prefix = part10Prefix({ sopClassUid, sopInstanceUid, transferSyntaxUid });
  await writeFile(path, Buffer.concat([prefix, encodeDataSet(all, { transferSyntaxUid })]));
  return path;
}

function newUid(): string {
  return `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`;
}
