import type { FileHandle } from 'node:fs/promises';
import { codeOf, PermanentError, type Document, type DocumentStore } from '@consort/core';
import type { ObjectToSend, PeerResponse } from '../association/dimse-request.ts';
import { sopClassName } from '../sop-classes.ts';
import { findTransferSyntax } from '../transfer-syntaxes.ts';
import type { AssociationPool, Lent } from './association-pool.ts';
import { isBroken, type BrokenAssociations } from './broken-associations.ts';
import { storedDataSet } from './stored-data-set.ts';

/** What the images of one operation share. */
export interface Sending {
  readonly pool: AssociationPool;
  readonly broken: BrokenAssociations;
}

/** An image to send: what its C-STORE-RQ says, and the document that follows. */
export interface ImageToSend extends Omit<ObjectToSend, 'dataSet' | 'transferSyntaxUid'> {
  readonly messageId: number;
  readonly document: Document;
}

/**
 * Sends one image, byte for byte as it is stored, and waits for the peer's response.
 *
 * On an association that was kept, the end of it says nothing of the image: the peer may have ended it before it
 * saw the first byte. The image then goes on a new one at once. On a new one it counts as the image's
 * doing (`broken-associations.ts`).
 * @throws EngineError PEER_UNREACHABLE, PEER_TIMEOUT, ASSOCIATION_REJECTED, ASSOCIATION_ABORTED; PermanentError
 *   CONTEXT_NOT_ACCEPTED, IMAGE_BREAKS_ASSOCIATION, DOCUMENT_MISSING, DOCUMENT_CORRUPT
 */
export async function sendImage(
  sending: Sending,
  image: ImageToSend,
  documents: DocumentStore,
): Promise<PeerResponse> {
  const { pool, broken } = sending;
  const { messageId, sopClassUid, document } = image;
  const context = {
    abstractSyntax: sopClassUid,
    transferSyntaxes: [document.transferSyntaxUid],
  };
  const handle = await documents.open(document.digest);
  try {
    if (!broken.has(messageId)) {
      const lent = await pool.take(context);
      if (lent.isNew) return await storeOnNew(sending, lent, image, handle);
      const response = await store(pool, lent, image, handle).catch(unlessBroken);
      if (response) return response;
    }
    return await storeOnNew(sending, await pool.takeNew(context), image, handle);
  } finally {
    await handle.close();
  }
}

async function storeOnNew(
  { pool, broken }: Sending,
  lent: Lent,
  image: ImageToSend,
  handle: FileHandle,
): Promise<PeerResponse> {
  try {
    const response = await store(pool, lent, image, handle);
    broken.answered(image.messageId);
    return response;
  } catch (error) {
    throw isBroken(error) ? broken.broke(image.messageId, error) : error;
  }
}

async function store(
  pool: AssociationPool,
  lent: Lent,
  { messageId: _, document, ...command }: ImageToSend,
  handle: FileHandle,
): Promise<PeerResponse> {
  try {
    return await lent.association.store({
      ...command,
      transferSyntaxUid: document.transferSyntaxUid,
      dataSet: storedDataSet(handle, document),
    });
  } catch (error) {
    if (codeOf(error) !== 'CONTEXT_NOT_ACCEPTED') throw error;
    throw notAccepted(command.sopClassUid, document.transferSyntaxUid, lent.association.peer);
  } finally {
    pool.giveBack(lent);
  }
}

function unlessBroken(error: unknown): undefined {
  if (!isBroken(error)) throw error;
}

function notAccepted(sopClassUid: string, transferSyntaxUid: string, peer: string): PermanentError {
  const syntax = findTransferSyntax(transferSyntaxUid)?.name ?? transferSyntaxUid;
  return new PermanentError(
    'CONTEXT_NOT_ACCEPTED',
    `${peer} does not take ${sopClassName(sopClassUid) ?? sopClassUid} in ${syntax}; have both allowed there, then resend it`,
  );
}
