import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeDataSet } from '@consort/dicom';
import { part10Prefix } from '@consort/dicom/part10';

/** An image of a drill. */
export interface DrillImage {
  readonly path: string;
  readonly sopInstanceUid: string;
}

/** Explicit VR Little Endian (PS3.5 section A.2). */
const transferSyntaxUid = '1.2.840.10008.1.2.1';
/** CT Image Storage (PS3.4 annex B). */
const sopClassUid = '1.2.840.10008.5.1.4.1.1.2';

/** Writes a study of nobody, of CT slices of 64 by 64 pixels. The same `key` makes the same study. */
export async function makeStudy(
  folder: string,
  key: string,
  count: number,
): Promise<readonly DrillImage[]> {
  const images: DrillImage[] = [];
  for (let number = 1; number <= count; number += 1) {
    const sopInstanceUid = uidOf(`${key} ${number}`);
    const path = join(folder, `${sopInstanceUid}.dcm`);
    const dataSet = encodeDataSet(
      {
        SOPClassUID: sopClassUid,
        SOPInstanceUID: sopInstanceUid,
        StudyDate: '20200101',
        AccessionNumber: 'DRILL',
        Modality: 'CT',
        PatientName: 'Drill^Image',
        PatientID: 'DRILL',
        StudyInstanceUID: uidOf(`${key} study`),
        SeriesInstanceUID: uidOf(`${key} series`),
        SeriesNumber: 1,
        InstanceNumber: number,
        SamplesPerPixel: 1,
        PhotometricInterpretation: 'MONOCHROME2',
        Rows: 64,
        Columns: 64,
        BitsAllocated: 8,
        BitsStored: 8,
        HighBit: 7,
        PixelRepresentation: 0,
        PixelData: Buffer.alloc(64 * 64, number),
      },
      { transferSyntaxUid },
    );
    const prefix = part10Prefix({ sopClassUid, sopInstanceUid, transferSyntaxUid });
    await writeFile(path, Buffer.concat([prefix, dataSet]));
    images.push({ path, sopInstanceUid });
  }
  return images;
}

/** A UID below the root for UUIDs (PS3.5 section B.2). */
function uidOf(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return `2.25.${BigInt(`0x${digest}`)}`;
}
