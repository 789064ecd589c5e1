import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DocumentStore } from '@consort/core';
import { openDocumentStore } from '@consort/store';
import type { DicomDocument } from '../document.ts';

/** A document store of its own in a new directory; both are gone when it is disposed. */
export async function temporaryDocuments(): Promise<
  { documents: DocumentStore } & AsyncDisposable
> {
  const directory = await mkdtemp(join(tmpdir(), 'consort-data-set-'));
  const documents = await openDocumentStore(directory);
  return {
    documents,
    async [Symbol.asyncDispose]() {
      await documents.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Stores bytes as a data set, whatever they are, and makes the request that could have brought them. */
export async function storedBytes(
  documents: DocumentStore,
  bytes: Buffer,
  transferSyntaxUid: string,
): Promise<DicomDocument> {
  const writer = await documents.create();
  await writer.write(bytes);
  const { digest, size } = await writer.commit();
  return {
    type: 'dicom.document',
    command: {
      commandField: 'C-STORE-RQ',
      affectedSopClassUid: '1.2',
      affectedSopInstanceUid: '1.2.3',
    },
    document: { digest, size, transferSyntaxUid, sopClassUid: '1.2', attributes: {} },
  };
}
