import { createHash } from 'node:crypto';
import type { Document, DocumentStore } from '@consort/core';
import { openDataSet } from '../data-set/chunks-of-data-set.ts';
import { swapped } from '../dicom-json/json-parts.ts';
import type { BulkData } from '../dicom-json/write-json.ts';
import { encodingOf } from '../transfer-syntaxes.ts';

/** A multiple of every word's length, so that no word is cut. */
const chunkSize = 64 * 1024;

/**
 * The SHA-256 of some values of a stored data set, by their paths; words are taken in little endian order, so that a
 * value has the same in every transfer syntax. The data set is read once, forwards, and never held whole.
 * @throws PermanentError DOCUMENT_MISSING, DATA_SET_UNREADABLE
 */
export async function digestsOfValues(
  values: readonly BulkData[],
  document: Document,
  documents: Pick<DocumentStore, 'open'>,
): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  if (values.length === 0) return digests;
  const isBigEndian = encodingOf(document.transferSyntaxUid).isBigEndian;
  await using source = await openDataSet(document, documents);
  for (const { path, vr, start, length } of values.toSorted((a, b) => a.start - b.start)) {
    const hash = createHash('sha256');
    const end = start + length;
    for (let position = start; position < end;) {
      const bytes = await source.read(position, Math.min(chunkSize, end - position));
      if (bytes.length === 0) break;
      hash.update(swapped(bytes, { vr, isBigEndian }));
      position += bytes.length;
    }
    digests.set(path, hash.digest('hex'));
  }
  return digests;
}
