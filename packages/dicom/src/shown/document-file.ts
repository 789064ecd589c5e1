import type { Document, DocumentStore } from '@consort/core';
import { Readable } from 'node:stream';
import {
  implementationClassUid,
  implementationVersionName,
} from '../association/implementation.ts';
import { part10Prefix } from '../part10/part10-prefix.ts';
import type { ShownElement } from './shown-elements.ts';

/**
 * A stored document as a DICOM file, read as it is taken. Whoever takes it reads it to its end or destroys it.
 * @throws PermanentError DOCUMENT_MISSING
 */
export async function documentFile(
  document: Document,
  documents: Pick<DocumentStore, 'open'>,
): Promise<{ readonly bytes: Readable; readonly size: number }> {
  const prefix = part10Prefix(metaOf(document));
  const handle = await documents.open(document.digest);
  async function* parts() {
    try {
      yield prefix;
      yield* handle.createReadStream({ autoClose: false });
    } finally {
      await handle.close();
    }
  }
  const { size } = await handle.stat();
  const bytes = Readable.from(parts(), { objectMode: false });
  // Destroyed before it was read, its parts never began.
  bytes.once('close', () => void handle.close().catch(() => undefined));
  return { bytes, size: prefix.length + size };
}

/** What stands before the data set in that file (PS3.10 section 7.1). */
export function fileMetaElements(document: Document): readonly ShownElement[] {
  const { sopClassUid, sopInstanceUid, transferSyntaxUid } = metaOf(document);
  const element = (number: string, keyword: string, vr: string, value: string) => ({
    tag: `0002${number}`,
    keyword,
    vr,
    values: [value],
  });
  return [
    element('0002', 'MediaStorageSOPClassUID', 'UI', sopClassUid),
    element('0003', 'MediaStorageSOPInstanceUID', 'UI', sopInstanceUid),
    element('0010', 'TransferSyntaxUID', 'UI', transferSyntaxUid),
    element('0012', 'ImplementationClassUID', 'UI', implementationClassUid),
    element('0013', 'ImplementationVersionName', 'SH', implementationVersionName),
  ];
}

function metaOf({ sopClassUid, transferSyntaxUid, attributes }: Document) {
  return { sopClassUid, transferSyntaxUid, sopInstanceUid: attributes.sopInstanceUid ?? '' };
}
