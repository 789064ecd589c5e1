import type { Document, DocumentStore } from '@consort/core';
import { fileSource, type ByteSource } from '../header/byte-source.ts';
import { inflatedSource } from '../header/inflated-source.ts';
import { encodingOf } from '../transfer-syntaxes.ts';

const chunkSize = 64 * 1024;

/**
 * The bytes of a stored data set from `start` on, inflated where it is deflated, in chunks that fit in memory. Of a
 * data set that ends before `length` bytes what there is.
 * @throws PermanentError DOCUMENT_MISSING, DATA_SET_UNREADABLE
 */
export async function* chunksOfDataSet(
  document: Document,
  documents: Pick<DocumentStore, 'open'>,
  start = 0,
  length = Infinity,
): AsyncGenerator<Buffer> {
  await using source = await openDataSet(document, documents);
  for (let position = start; position < start + length;) {
    const chunk = await source.read(position, Math.min(chunkSize, start + length - position));
    if (chunk.length === 0) return;
    yield chunk;
    position += chunk.length;
  }
}

/** A stored data set as a source, inflated where it is deflated: then it is read forwards only. */
export async function openDataSet(
  { digest, size, transferSyntaxUid }: Document,
  documents: Pick<DocumentStore, 'open'>,
): Promise<ByteSource & AsyncDisposable> {
  const handle = await documents.open(digest);
  const source = fileSource(handle, size);
  if (!encodingOf(transferSyntaxUid).isDeflated) {
    return { ...source, [Symbol.asyncDispose]: () => handle.close() };
  }
  const inflated = inflatedSource(source);
  return {
    get size() {
      return inflated.size;
    },
    read: (position, length) => inflated.read(position, length),
    async [Symbol.asyncDispose]() {
      await inflated.close();
      await handle.close();
    },
  };
}
