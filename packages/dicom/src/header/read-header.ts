import type { DocumentAttributes } from '@consort/core';
import type { ByteSource } from './byte-source.ts';
import { decodeAscii, decodeText } from './decode-text.ts';
import { readElements } from './read-elements.ts';
import { unreadable } from './unreadable.ts';

/** What the head of a data set says. */
export interface Header {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** The indexed attributes; one that is absent or empty in the data set is absent here. */
  readonly attributes: DocumentAttributes;
}

/**
 * Reads the head of a data set, up to (0020,000E) and never further: long values are passed over, pixel data
 * is not touched, and what is read and kept is bounded whatever the bytes are (`walk-head.ts`).
 * @param source the data set alone, without a Part 10 prefix
 * @throws PermanentError DATA_SET_UNREADABLE when the bytes are no data set of that transfer syntax, or it holds
 *   no SOP class or instance UID; and whatever `source.read` throws
 */
export async function readHeader(source: ByteSource, transferSyntaxUid: string): Promise<Header> {
  return headerOf(await readElements(source, transferSyntaxUid, wanted));
}

const tags = {
  specificCharacterSet: 0x00080005,
  sopClassUid: 0x00080016,
  sopInstanceUid: 0x00080018,
  accessionNumber: 0x00080050,
  modality: 0x00080060,
  patientName: 0x00100010,
  patientId: 0x00100020,
  studyInstanceUid: 0x0020000d,
  seriesInstanceUid: 0x0020000e,
} as const;

const wanted: ReadonlySet<number> = new Set(Object.values(tags));

function headerOf(values: ReadonlyMap<number, Buffer>): Header {
  const ascii = (tag: number) => decodeAscii(values.get(tag) ?? Buffer.alloc(0));
  const characterSets = ascii(tags.specificCharacterSet);
  const text = (tag: number) => decodeText(values.get(tag) ?? Buffer.alloc(0), characterSets);

  const sopClassUid = ascii(tags.sopClassUid);
  const sopInstanceUid = ascii(tags.sopInstanceUid);
  if (!sopClassUid) throw unreadable(0, 'begins a data set without a SOP Class UID (0008,0016)');
  if (!sopInstanceUid) {
    throw unreadable(0, 'begins a data set without a SOP Instance UID (0008,0018)');
  }
  const attributes = {
    patientId: text(tags.patientId),
    // Delimiters of component groups that are left out may be left out too (PS3.5 section 6.2.1.1).
    patientName: text(tags.patientName).replace(/=+$/, ''),
    accessionNumber: text(tags.accessionNumber),
    studyInstanceUid: ascii(tags.studyInstanceUid),
    seriesInstanceUid: ascii(tags.seriesInstanceUid),
    sopInstanceUid,
    modality: ascii(tags.modality),
  };
  return {
    sopClassUid,
    sopInstanceUid,
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== '')),
  };
}
