import { pipeline } from 'node:stream/promises';
import { createDeflateRaw } from 'node:zlib';
import type { Document, DocumentStore, DocumentWriter, MessageBody } from '@consort/core';
import { isDicomDocument, type DicomDocument } from '../document.ts';
import { Window } from '../header/byte-source.ts';
import { largestHead } from '../header/element.ts';
import { readHeader } from '../header/read-header.ts';
import { checkFirst, checkGroup } from '../header/walk-head.ts';
import { encodingOf, transferSyntaxes } from '../transfer-syntaxes.ts';
import { chunksOfDataSet, openDataSet } from './chunks-of-data-set.ts';
import { noDataSet, readingOfStored } from './document-errors.ts';
import { editsOf, type Edits } from './edits.ts';
import { ElementWalk } from './element-walk.ts';
import { mostElements } from './element-tree.ts';
import { patched, type Patch } from './patches.ts';
import { EditPlanner } from './plan-edits.ts';
import { valueInvalid } from './value-errors.ts';
import type { DataValue } from './value.ts';

/**
 * Makes a new document of one of which some values are changed, and a body that refers to it; the old one stays as it
 * is. Bytes that nothing was said about are copied as they are, whatever they are, pixel data without ever being held; only
 * the changed elements are encoded, in the encoding and the character sets of the data set, and the lengths around
 * them corrected. An element that is not there is put in its place by its tag; one beyond the last item adds an item.
 * Command and document of the new body have the SOP class and instance UIDs of the new data set.
 * @param changes by path as `getValueAt` takes it; undefined removes, null and '' make a value empty
 * @throws PathError PATH_INVALID, TAG_INVALID, KEYWORD_UNKNOWN, NOT_A_SEQUENCE, ITEM_MISSING
 * @throws PermanentError VALUE_INVALID, TEXT_NOT_ENCODABLE, DATA_SET_UNREADABLE, DOCUMENT_MISSING, NOT_A_STORAGE_REQUEST
 * @throws EngineError DISK_FULL, STORE_UNAVAILABLE
 * @example `setValuesAt(body, documents, { 'DataSet.PatientID': 'X', 'DataSet.(0010,1000)': undefined })`
 */
export async function setValuesAt(
  body: MessageBody,
  documents: Pick<DocumentStore, 'create' | 'open'>,
  changes: Readonly<Record<string, DataValue | undefined>>,
): Promise<DicomDocument> {
  const { document } = body;
  if (!document || !isDicomDocument(body)) throw noDataSet(body.type);
  const edits = editsOf(changes);
  checkPixelData(edits, document.transferSyntaxUid);
  const patches = await readingOfStored(plan(document, documents, edits));
  if (patches.length === 0) return body;
  const writer = await documents.create();
  try {
    await copy(document, documents, patches, writer);
    return await bodyOf(body, document, writer);
  } finally {
    await writer.discard(); // Once it is committed this does nothing.
  }
}

/** Walks the data set once, to its end, for what has to change. */
async function plan(
  document: Document,
  documents: Pick<DocumentStore, 'open'>,
  edits: Edits,
): Promise<readonly Patch[]> {
  await using source = await openDataSet(document, documents);
  const encoding = encodingOf(document.transferSyntaxUid);
  const planner = new EditPlanner(edits, encoding);
  const walk = new ElementWalk(encoding, planner.entering, mostElements);
  const window = new Window(source);
  for (;;) {
    const { position, depth } = walk;
    if (!window.has(position, largestHead)) await window.load(position, largestHead);
    const bytes = window.view(position, largestHead);
    if (position === 0) checkFirst(bytes, encoding);
    const met = walk.next(bytes, source.size);
    if (!met) return planner.finish(position);
    if (depth === 0) checkGroup(met.tag, position);
    if (walk.position > source.size && depth === 0 && met.start <= source.size) {
      return planner.finishCutShort(met);
    }
    if (!planner.take(met)) continue;
    if (!window.has(met.start, met.length)) await window.load(met.start, met.length);
    planner.give(met, Buffer.from(window.view(met.start, met.length)));
  }
}

async function copy(
  document: Document,
  documents: Pick<DocumentStore, 'open'>,
  patches: readonly Patch[],
  writer: DocumentWriter,
): Promise<void> {
  const chunks = patched(chunksOfDataSet(document, documents), patches);
  if (!encodingOf(document.transferSyntaxUid).isDeflated) {
    for await (const chunk of chunks) await writer.write(chunk);
    return;
  }
  await pipeline(chunks, createDeflateRaw(), async (deflated: AsyncIterable<Buffer>) => {
    for await (const chunk of deflated) await writer.write(chunk);
  });
  // PS3.5 section A.5: padded to an even length.
  if (writer.size % 2 === 1) await writer.write(Buffer.of(0));
}

async function bodyOf(
  body: DicomDocument,
  { transferSyntaxUid }: Document,
  writer: DocumentWriter,
): Promise<DicomDocument> {
  const { sopClassUid, sopInstanceUid, attributes } = await readHeader(writer, transferSyntaxUid);
  const { digest, size } = await writer.commit();
  return {
    ...body,
    command: {
      ...body.command,
      affectedSopClassUid: sopClassUid,
      affectedSopInstanceUid: sopInstanceUid,
    },
    document: { digest, size, transferSyntaxUid, sopClassUid, attributes },
  };
}

/** Compressed pixel data is fragments, which a Buffer in an edit is not. */
function checkPixelData(edits: Edits, transferSyntaxUid: string): void {
  const edit = edits.find(({ step }) => step.tag === 0x7fe00010);
  if (edit?.change !== 'set' || !transferSyntaxes.get(transferSyntaxUid)?.isEncapsulated) return;
  throw valueInvalid(
    edit.path,
    'the transfer syntax of the data set has its pixel data in fragments',
  );
}
