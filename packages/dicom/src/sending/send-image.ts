import type { FileHandle } from 'node:fs/promises';
import {
  codeOf,
  EngineError,
  PermanentError,
  type Document,
  type DocumentStore,
} from '@consort/core';
import type { ObjectToSend, PeerResponse } from '../association/dimse-request.ts';
import type { RequestedAssociation } from '../association/requested-association.ts';
import { isDone } from '../dimse-status.ts';
import { sopClassName } from '../sop-classes.ts';
import { findTransferSyntax } from '../transfer-syntaxes.ts';
import type { AssociationPool, Lent } from './association-pool.ts';
import { isBroken, type BrokenAssociations } from './broken-associations.ts';
import type { NotesOnMessages } from './notes-on-messages.ts';
import { storedDataSet } from '../document-bytes.ts';

/** What the images of one operation share. */
export interface Sending {
  readonly pool: AssociationPool;
  readonly broken: BrokenAssociations;
  /** Asks the peer whether it holds an image that it has answered Success to; without it a Success is believed. */
  readonly confirm?: (
    association: RequestedAssociation,
    image: ImageToSend,
  ) => Promise<Confirmation>;
  /** What the peer answered to images that it has not been found to hold. */
  readonly unconfirmed: NotesOnMessages<PeerResponse>;
}

/** What a peer says of an image that it has answered Success to; or why that is no Success. */
export type Confirmation = 'held' | { readonly why: string };

/** An image to send: what its C-STORE-RQ says, and the document that follows. */
export interface ImageToSend extends Omit<ObjectToSend, 'dataSet' | 'transferSyntaxUid'> {
  readonly messageId: number;
  readonly document: Document;
  /** The code of the last failure that the record has of this message, from an earlier run also. */
  readonly lastFailure?: string | undefined;
}

/**
 * Sends one image, byte for byte as it is stored, and waits for the peer's response.
 *
 * On an association that was kept, the end of it says nothing of the image: the peer may have ended it before it
 * saw the first byte. The image then goes on a new one at once. On a new one it counts as the image's
 * doing (`broken-associations.ts`).
 * One that is not confirmed is asked for once more before it is sent again: some peers take a moment to know it.
 * @throws EngineError NOT_CONFIRMED, CONFIRMATION_FAILED, COMMITMENT_TIMEOUT, PEER_UNREACHABLE, PEER_TIMEOUT, ASSOCIATION_REJECTED,
 *   ASSOCIATION_ABORTED; PermanentError CONTEXT_NOT_ACCEPTED, IMAGE_BREAKS_ASSOCIATION, DOCUMENT_MISSING, DOCUMENT_CORRUPT
 */
export async function sendImage(
  sending: Sending,
  image: ImageToSend,
  documents: DocumentStore,
): Promise<PeerResponse> {
  const { pool, broken, unconfirmed, confirm } = sending;
  const { messageId, sopClassUid, document, lastFailure } = image;
  broken.recall(messageId, lastFailure);
  const context = { abstractSyntax: sopClassUid, transferSyntaxes: [document.transferSyntaxUid] };
  const told = unconfirmed.get(messageId);
  if (told && confirm) {
    const isThere = pool.use(context, ({ association }) => confirm(association, image));
    if ((await isThere.catch(notAsked)) === 'held') {
      unconfirmed.delete(messageId);
      return told;
    }
  }
  const handle = await documents.open(document.digest);
  try {
    const work = (lent: Lent) => storeAndConfirm(sending, lent, image, handle);
    // What has broken one is alone on its own.
    return broken.has(messageId) ? await pool.useNew(context, work) : await pool.use(context, work);
  } finally {
    await handle.close();
  }
}

async function storeAndConfirm(
  sending: Sending,
  lent: Lent,
  image: ImageToSend,
  handle: FileHandle,
): Promise<PeerResponse> {
  const { confirm, unconfirmed } = sending;
  const { association } = lent;
  const response = await store(sending.broken, lent, image, handle);
  if (!confirm || !isDone(response.status)) return response;
  unconfirmed.set(image.messageId, response);
  const confirmation = await confirm(association, image).catch(notAsked);
  if (confirmation !== 'held') throw notConfirmed(association.peer, confirmation.why);
  unconfirmed.delete(image.messageId);
  return response;
}

async function store(
  broken: BrokenAssociations,
  { association, isNew, stored }: Lent,
  { messageId, document, lastFailure: _, ...command }: ImageToSend,
  handle: FileHandle,
): Promise<PeerResponse> {
  const { transferSyntaxUid } = document;
  try {
    const dataSet = storedDataSet(handle, document);
    const response = await association.store({ ...command, transferSyntaxUid, dataSet });
    broken.answered(messageId);
    if (isDone(response.status)) stored();
    return response;
  } catch (error) {
    if (isNew && isBroken(error)) throw broken.broke(messageId, error);
    if (codeOf(error) !== 'CONTEXT_NOT_ACCEPTED') throw error;
    throw notAccepted(command.sopClassUid, transferSyntaxUid, association.peer);
  }
}

/** An association that ends while the peer is asked is not the image's doing, and no reason to send it again. */
function notAsked(error: unknown): never {
  if (!isBroken(error)) throw error;
  throw new EngineError(
    'CONFIRMATION_FAILED',
    `the image was answered Success, but no answer came to the question whether the peer holds it: ${error.message}`,
    { cause: error },
  );
}

function notConfirmed(peer: string, why: string): EngineError {
  return new EngineError(
    'NOT_CONFIRMED',
    `${peer} answered Success to the image and ${why}; it is asked again, then sent again, as retry says`,
  );
}

function notAccepted(sopClassUid: string, transferSyntaxUid: string, peer: string): PermanentError {
  const syntax = findTransferSyntax(transferSyntaxUid)?.name ?? transferSyntaxUid;
  return new PermanentError(
    'CONTEXT_NOT_ACCEPTED',
    `${peer} does not take ${sopClassName(sopClassUid) ?? sopClassUid} in ${syntax}; have both allowed there, then resend it`,
  );
}
