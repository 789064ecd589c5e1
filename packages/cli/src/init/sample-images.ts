import { randomUUID } from 'node:crypto';
import { encodeDataSet, type DataValues } from '@consort/dicom';
import { part10Prefix } from '@consort/dicom/part10';

/** An image to try a production out with. */
export interface SampleImage {
  readonly name: string;
  /** A whole file (PS3.10 section 7). */
  readonly bytes: Buffer;
}

/** Explicit VR Little Endian (PS3.5 section A.2). */
const transferSyntaxUid = '1.2.840.10008.1.2.1';
const size = 128;

/** Draws two CT images and an MR image of nobody: a round phantom with rods in it. Their UIDs are new each time. */
export function sampleImages(): readonly SampleImage[] {
  const study = { StudyInstanceUID: newUid(), StudyID: '1', ...plain };
  const ct = { ...study, ...computedTomography, SeriesInstanceUID: newUid(), SeriesNumber: 1 };
  const mr = { ...study, ...magneticResonance, SeriesInstanceUID: newUid(), SeriesNumber: 2 };
  return [
    { name: 'ct-1.dcm', bytes: image(ct, 1, 1000) },
    { name: 'ct-2.dcm', bytes: image(ct, 2, 1000) },
    { name: 'mr-1.dcm', bytes: image(mr, 1, 0) },
  ];
}

const plain = {
  StudyDate: '20200101',
  StudyTime: '120000',
  AccessionNumber: 'SAMPLE1',
  ReferringPhysicianName: null,
  PatientName: 'Phantom^Sample',
  PatientID: 'SAMPLE',
  PatientBirthDate: null,
  PatientSex: null,
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  Rows: size,
  Columns: size,
  PixelSpacing: [2, 2],
  BitsAllocated: 16,
  BitsStored: 12,
  HighBit: 11,
  PixelRepresentation: 0,
} satisfies DataValues;

// PS3.3 sections C.8.2.1 and C.8.3.1: the elements of type 1 and 2.
const computedTomography = {
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
  Modality: 'CT',
  ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
  KVP: 120,
  RescaleIntercept: -1024,
  RescaleSlope: 1,
} satisfies DataValues;
const magneticResonance = {
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.4',
  Modality: 'MR',
  ImageType: ['ORIGINAL', 'PRIMARY', 'OTHER'],
  ScanningSequence: 'SE',
  SequenceVariant: 'NONE',
  ScanOptions: null,
  MRAcquisitionType: '2D',
  EchoTime: 20,
  RepetitionTime: 500,
  EchoTrainLength: 1,
} satisfies DataValues;

function image(
  values: DataValues & { readonly SOPClassUID: string },
  number: number,
  level: number,
): Buffer {
  const sopInstanceUid = newUid();
  const prefix = part10Prefix({
    sopClassUid: values.SOPClassUID,
    sopInstanceUid,
    transferSyntaxUid,
  });
  const dataSet = encodeDataSet(
    {
      ...values,
      SOPInstanceUID: sopInstanceUid,
      InstanceNumber: number,
      ImagePositionPatient: [-size, -size, 5 * number],
      ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
      SliceThickness: 5,
      PixelData: phantom(number, level),
    },
    { transferSyntaxUid },
  );
  return Buffer.concat([prefix, dataSet]);
}

/** A disc with eight rods in it, which turn from slice to slice; 16 bits a pixel. */
function phantom(number: number, level: number): Buffer {
  const pixels = Buffer.alloc(size * size * 2);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [x, y] = [column - size / 2, row - size / 2];
      const isInside = Math.hypot(x, y) < size * 0.42;
      const rods = Array.from({ length: 8 }, (_, rod) => (rod / 4 + number / 8) * Math.PI);
      const isRod = rods.some(
        (angle) => Math.hypot(x - 34 * Math.cos(angle), y - 34 * Math.sin(angle)) < 6,
      );
      const value = isRod ? level + 900 : isInside ? level + 300 : 0;
      pixels.writeUInt16LE(value, (row * size + column) * 2);
    }
  }
  return pixels;
}

/** PS3.5 section B.2. */
function newUid(): string {
  return `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`;
}
