import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Makes the images of the benchmark: CT, 512×512×16 bit, Explicit VR LE, noise as pixels, names of nobody.
 * @returns the folder that holds them
 */
export async function makeImages(count: number, frames = 1): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'consort-bench-images-'));
  await run('/usr/bin/python3', ['-c', script, folder, String(count), String(frames)], {
    maxBuffer: 1 << 20,
  });
  return folder;
}

const script = `
import os, sys
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid
folder, count, frames = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
study, series = generate_uid(), generate_uid()
sop_class = '1.2.840.10008.5.1.4.1.1.2' if frames == 1 else '1.2.840.10008.5.1.4.1.1.7.3'
for number in range(count):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image = Dataset()
    image.file_meta = meta
    image.is_little_endian, image.is_implicit_VR = True, False
    image.SOPClassUID = sop_class
    image.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    image.StudyInstanceUID, image.SeriesInstanceUID = study, series
    image.Modality, image.PatientID, image.PatientName = 'CT', 'BENCH', 'Bench^Mark'
    image.StudyDate = image.StudyTime = image.AccessionNumber = ''
    image.InstanceNumber = number + 1
    image.Rows = image.Columns = 512
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, 'MONOCHROME2'
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation = 15, 0
    if frames > 1:
        image.NumberOfFrames = frames
    image.PixelData = os.urandom(512 * 512 * 2 * frames)
    image.save_as(os.path.join(folder, f'{number:04}.dcm'), write_like_original=False)
`;
