import { createHash, type Hash } from 'node:crypto';
import type { DocumentStore } from '@consort/core';
import { openDocumentStore } from '@consort/store';
import type { DicomDocument } from '../document.ts';
import { dicomJsonOf } from '../dicom-json/write-json.ts';
import { readFrames } from '../frames/read-frames.ts';
import { chunksOfDataSet } from './chunks-of-data-set.ts';
import { encodeDataSet } from './encode-data-set.ts';
import { encodeHead } from './encode-element.ts';
import { setValuesAt } from './set-values-at.ts';

/** Edits, splits and writes as JSON an image of 250 MB, and prints what that took of memory and whether it is the same. */
const [directory = ''] = process.argv.slice(2);
const explicit = '1.2.840.10008.1.2.1';
const frameSize = 512 * 1024;
const numberOfFrames = 500;
const oneFrame = Buffer.alloc(frameSize);

const documents = await openDocumentStore(directory);
const body = await makeImage(documents);
const before = process.resourceUsage().maxRSS;

const edited = await setValuesAt(body, documents, {
  'DataSet.PatientID': 'A LONGER ONE THAN BEFORE',
  'DataSet.PatientName': undefined,
});
const frames = await readFrames(edited, documents);
const pixels = createHash('sha256');
for (let number = 1; number <= frames.numberOfFrames; number++) {
  for await (const chunk of frames.frame(number)) pixels.update(chunk as Buffer);
}
let json = 0;
for await (const part of dicomJsonOf(edited, documents)) json += part.length;

const grown = process.resourceUsage().maxRSS - before;
const head = edited.document!.size - numberOfFrames * frameSize;
const tail = createHash('sha256');
for await (const chunk of chunksOfDataSet(edited.document!, documents, head)) tail.update(chunk);
process.stdout.write(
  JSON.stringify({
    megabytesGrown: grown / 1024,
    patientId: edited.document!.attributes.patientId,
    isSame: pixels.digest('hex') === pixelDigest() && tail.digest('hex') === pixelDigest(),
    json,
  }),
);
await documents.close();

async function makeImage(store: DocumentStore): Promise<DicomDocument> {
  const writer = await store.create();
  await writer.write(
    encodeDataSet(
      {
        SOPClassUID: '1.2.840.10008.5.1.4.1.1.7.3',
        SOPInstanceUID: '1.2.3',
        PatientName: 'A^B',
        PatientID: 'ID',
        SamplesPerPixel: 1,
        NumberOfFrames: numberOfFrames,
        Rows: 512,
        Columns: 512,
        BitsAllocated: 16,
      },
      { transferSyntaxUid: explicit },
    ),
  );
  const encoding = { isExplicit: true, isBigEndian: false };
  await writer.write(encodeHead(0x7fe00010, 'OW', numberOfFrames * frameSize, encoding));
  for (let number = 1; number <= numberOfFrames; number++) await writer.write(frame(number));
  const { digest, size } = await writer.commit();
  return {
    type: 'dicom.document',
    command: { commandField: 'C-STORE-RQ' },
    document: { digest, size, transferSyntaxUid: explicit, sopClassUid: '1.2', attributes: {} },
  };
}

/** The same buffer each time, so that what is measured later is not hidden behind what making the image took. */
function frame(number: number): Buffer {
  return oneFrame.fill(`frame ${number} `);
}

function pixelDigest(): string {
  const hash: Hash = createHash('sha256');
  for (let number = 1; number <= numberOfFrames; number++) hash.update(frame(number));
  return hash.digest('hex');
}
