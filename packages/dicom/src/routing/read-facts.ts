import type { ByteSource } from '../header/byte-source.ts';
import { decodeAscii, decodeText } from '../header/decode-text.ts';
import { readElements } from '../header/read-elements.ts';
import { encodingOf } from '../transfer-syntaxes.ts';
import type { Fact, Facts } from './condition.ts';
import { knownElements, type KnownElement } from './elements.ts';

const specificCharacterSet = 0x00080005;

/** How and when an image came. */
export interface Circumstances {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly peerAddress: string;
  readonly now: Date;
}

/**
 * What conditions are asked of an image: the elements they speak of, and how and when it came. An element that is
 * absent or empty is no text, no number (NaN, which equals nothing), or a list without values.
 * @param dataSet the data set alone, without a Part 10 prefix
 * @throws PermanentError DATA_SET_UNREADABLE; and whatever `dataSet.read` throws
 */
export async function readFacts(
  keywords: readonly string[],
  dataSet: ByteSource,
  transferSyntaxUid: string,
  circumstances: Circumstances,
): Promise<Facts> {
  const elements = keywords.flatMap((keyword) => knownElements().get(keyword) ?? []);
  const tags = new Set([specificCharacterSet, ...elements.map(({ tag }) => tag)]);
  const values =
    elements.length > 0 ? await readElements(dataSet, transferSyntaxUid, tags) : new Map();
  const characterSets = decodeAscii(values.get(specificCharacterSet) ?? Buffer.alloc(0));
  const facts = elements.map((element) => [
    element.keyword,
    factOf(element, values.get(element.tag), transferSyntaxUid, characterSets),
  ]);
  return { ...circumstances, transferSyntaxUid, ...Object.fromEntries(facts) };
}

function factOf(
  { kind, vr, isList }: KnownElement,
  bytes: Buffer = Buffer.alloc(0),
  transferSyntaxUid: string,
  characterSets: string,
): Fact {
  if (kind === 'text') {
    const text = decodeText(bytes, characterSets);
    if (!isList) return text;
    return text === '' ? [] : text.split('\\').map((value) => value.trim());
  }
  const numbers = /^(DS|IS)$/.test(vr)
    ? decimals(decodeText(bytes, ''))
    : binaries(bytes, vr, encodingOf(transferSyntaxUid).isBigEndian);
  return isList ? numbers : (numbers[0] ?? Number.NaN);
}

/** PS3.5 section 6.2: DS and IS are decimal numbers in text. */
function decimals(text: string): number[] {
  if (text === '') return [];
  return text.split('\\').map((value) => (value.trim() === '' ? Number.NaN : Number(value)));
}

function binaries(bytes: Buffer, vr: string, isBigEndian: boolean): number[] {
  const { size, read } = binaryVrs[vr]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = Math.floor(bytes.length / size);
  return Array.from({ length: count }, (_, index) =>
    Number(read(view, index * size, !isBigEndian)),
  );
}

type ReadBinary = (view: DataView, at: number, isLittleEndian: boolean) => number | bigint;

const binaryVrs: Readonly<Record<string, { readonly size: number; readonly read: ReadBinary }>> = {
  US: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
  SS: { size: 2, read: (view, at, little) => view.getInt16(at, little) },
  UL: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
  SL: { size: 4, read: (view, at, little) => view.getInt32(at, little) },
  UV: { size: 8, read: (view, at, little) => view.getBigUint64(at, little) },
  SV: { size: 8, read: (view, at, little) => view.getBigInt64(at, little) },
  FL: { size: 4, read: (view, at, little) => view.getFloat32(at, little) },
  FD: { size: 8, read: (view, at, little) => view.getFloat64(at, little) },
};
