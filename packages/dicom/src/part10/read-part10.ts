import { PermanentError } from '@consort/core';
import { Window, type ByteSource } from '../header/byte-source.ts';
import { decodeAscii } from '../header/decode-text.ts';
import {
  elementHead,
  isKnownVr,
  largestHead,
  printTag,
  undefinedLength,
} from '../header/element.ts';
import type { FileMeta } from './part10-prefix.ts';

/** A DICOM file: what it says about its data set, and where that begins. */
export interface Part10 {
  /** Of what is not in the file only the transfer syntax is told, from the first bytes of the data set. */
  readonly meta: Partial<FileMeta> & Pick<FileMeta, 'transferSyntaxUid'>;
  /** Bytes before the data set. */
  readonly dataSetPosition: number;
}

/**
 * Reads the File Meta Information (PS3.10 section 7.1). Files without preamble or without any meta information
 * are read too: their transfer syntax is told from the first element. At most 1 MiB of group 0002 is passed over.
 * @throws PermanentError PART10_UNREADABLE
 */
export async function readPart10(source: ByteSource): Promise<Part10> {
  const window = new Window(source);
  await window.load(0, 132);
  let position = startOf(window);
  const values = new Map<number, string>();
  const first = await headAt(window, position);
  // Some writers encode even group 0002 without VRs.
  const isExplicit = isKnownVr(first.toString('latin1', 4, 6));

  for (let count = 0; ; count++) {
    const bytes = await headAt(window, position);
    if (bytes.length < 2 || bytes.readUInt16LE(0) !== 0x0002) break;
    const head = elementHead(bytes, { isExplicit, isBigEndian: false });
    const end = head ? position + head.size + head.length : Infinity;
    if (!head || head.length === undefinedLength || end > source.size) {
      throw unreadable(position, 'its meta information ends inside an element');
    }
    if (end > largestMeta || count > mostElements) {
      throw unreadable(position, 'its meta information is too long');
    }
    if (named.has(head.tag)) {
      if (head.length > longestValue)
        throw unreadable(position, `${printTag(head.tag)} is too long`);
      const start = position + head.size;
      if (!window.has(start, head.length)) await window.load(start, head.length);
      values.set(head.tag, decodeAscii(window.view(start, head.length)));
    }
    position = end;
  }

  const value = (tag: number) => values.get(tag) || undefined;
  const transferSyntaxUid = value(0x00020010) ?? guess(await headAt(window, position), position);
  const found = {
    sopClassUid: value(0x00020002),
    sopInstanceUid: value(0x00020003),
    sourceAeTitle: value(0x00020016),
  };
  const meta = Object.fromEntries(Object.entries(found).filter(([, text]) => text !== undefined));
  return { meta: { ...meta, transferSyntaxUid }, dataSetPosition: position };
}

const largestMeta = 1024 * 1024;
const mostElements = 1000;
const longestValue = 256;
const named = new Set([0x00020002, 0x00020003, 0x00020010, 0x00020016]);

/** After the preamble and DICM; after DICM alone; or at the very beginning. */
function startOf(window: Window): number {
  if (window.view(128, 4).toString('latin1') === 'DICM') return 132;
  if (window.view(0, 4).toString('latin1') === 'DICM') return 4;
  return 0;
}

async function headAt(window: Window, position: number): Promise<Buffer> {
  if (!window.has(position, largestHead)) await window.load(position, largestHead);
  return window.view(position, largestHead);
}

/** The transfer syntax of a data set that begins with these bytes. */
function guess(bytes: Buffer, position: number): string {
  if (bytes.length >= 8) {
    const hasVr = isKnownVr(bytes.toString('latin1', 4, 6));
    const little = bytes.readUInt16LE(0);
    const big = bytes.readUInt16BE(0);
    if (hasVr) return big < little ? '1.2.840.10008.1.2.2' : '1.2.840.10008.1.2.1';
    if (little > 0 && little <= 0x0020) return '1.2.840.10008.1.2';
  }
  throw unreadable(position, 'there is neither meta information nor a data set');
}

function unreadable(position: number, what: string): PermanentError {
  return new PermanentError(
    'PART10_UNREADABLE',
    `the file cannot be read as DICOM: at byte ${position} ${what}; look at it with dcmdump`,
  );
}
