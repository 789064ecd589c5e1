import type { FileHandle } from 'node:fs/promises';
import { EngineError, PermanentError, type Document, type DocumentStore } from '@consort/core';
import type { ObjectToSend, PeerResponse } from '../association/dimse-request.ts';
import { isDone } from '../dimse-status.ts';
import { sopClassName } from '../sop-classes.ts';
import { findTransferSyntax } from '../transfer-syntaxes.ts';
import type { RequestedAssociation } from '../association/requested-association.ts';
import type { Codecs } from '../codecs/codecs.ts';
import type { AssociationPool, Lent } from './association-pool.ts';
import { isBroken, type BrokenAssociations } from './broken-associations.ts';
import type { ContextToPropose } from './needed-contexts.ts';
import type { NotesOnMessages } from './notes-on-messages.ts';
import { storedDataSet } from '../document-bytes.ts';
import { counted } from '../transcoding/counted.ts';
import type { transcode } from '../transcoding/transcode.ts';
import { offeredBesides } from '../transcoding/transcode-setting.ts';

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
  readonly unconfirmed: NotesOnMessages<SentImage>;
  /** The setting `transcode`. */
  readonly transcode: string;
  readonly codecs: Codecs;
}

/** What the peer answered, and to which bytes. */
export interface SentImage extends PeerResponse {
  /** SHA-256 and size of the data set that went: of the stored one, or of what was made of it for the peer. */
  readonly digest: string;
  readonly size: number;
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
 * Sends one image, byte for byte as it is stored where the peer takes it so, and waits for the peer's response. Where
 * it does not, and `transcode` says so, the data set is written in a transfer syntax that the peer takes.
 *
 * On an association that was kept, the end of it says nothing of the image: the peer may have ended it before it
 * saw the first byte. The image then goes on a new one at once. On a new one it counts as the image's
 * doing (`broken-associations.ts`).
 * One that is not confirmed is asked for once more before it is sent again: some peers take a moment to know it.
 * @throws EngineError NOT_CONFIRMED, CONFIRMATION_FAILED, COMMITMENT_TIMEOUT, PEER_UNREACHABLE, PEER_TIMEOUT, ASSOCIATION_REJECTED,
 *   ASSOCIATION_ABORTED; PermanentError CONTEXT_NOT_ACCEPTED, IMAGE_BREAKS_ASSOCIATION, DOCUMENT_MISSING, DOCUMENT_CORRUPT,
 *   NOT_TRANSCODED, and as `transcode`
 */
export async function sendImage(
  sending: Sending,
  image: ImageToSend,
  documents: DocumentStore,
): Promise<SentImage> {
  const { pool, broken, unconfirmed, confirm } = sending;
  const { messageId, document, lastFailure } = image;
  broken.recall(messageId, lastFailure);
  const contexts = contextsFor(sending, image);
  const told = unconfirmed.get(messageId);
  if (told && confirm) {
    const isThere = pool.use(contexts, ({ association }) => confirm(association, image));
    if ((await isThere.catch(notAsked)) === 'held') {
      unconfirmed.delete(messageId);
      return told;
    }
  }
  const handle = await documents.open(document.digest);
  try {
    const work = (lent: Lent) => storeAndConfirm(sending, lent, image, { handle, documents });
    // What has broken one is alone on its own.
    return broken.has(messageId)
      ? await pool.useNew(contexts, work)
      : await pool.use(contexts, work);
  } finally {
    await handle.close();
  }
}

/** Where an image is read from. */
interface Stored {
  readonly handle: FileHandle;
  readonly documents: DocumentStore;
}

/** The transfer syntax it is stored in has a context of its own: no peer has another one to choose there. */
function contextsFor(
  { transcode }: Sending,
  { sopClassUid: abstractSyntax, document }: ImageToSend,
): readonly ContextToPropose[] {
  const { transferSyntaxUid } = document;
  const others = offeredBesides(transcode, transferSyntaxUid);
  return [[transferSyntaxUid], others]
    .filter(({ length }) => length > 0)
    .map((transferSyntaxes) => ({ abstractSyntax, transferSyntaxes }));
}

async function storeAndConfirm(
  sending: Sending,
  lent: Lent,
  image: ImageToSend,
  stored: Stored,
): Promise<SentImage> {
  const { confirm, unconfirmed } = sending;
  const { association } = lent;
  const response = await store(sending, lent, image, stored);
  if (!confirm || !isDone(response.status)) return response;
  unconfirmed.set(image.messageId, response);
  const confirmation = await confirm(association, image).catch(notAsked);
  if (confirmation !== 'held') throw notConfirmed(association.peer, confirmation.why);
  unconfirmed.delete(image.messageId);
  return response;
}

async function store(
  { broken, transcode, codecs }: Sending,
  { association, isNew, stored: countStored }: Lent,
  { messageId, document, lastFailure: _, ...command }: ImageToSend,
  { handle, documents }: Stored,
): Promise<SentImage> {
  const others = offeredBesides(transcode, document.transferSyntaxUid);
  const offered = [document.transferSyntaxUid, ...others];
  const transferSyntaxUid = offered.find((uid) => takes(association, command.sopClassUid, uid));
  if (!transferSyntaxUid) throw notAccepted(command.sopClassUid, offered, association.peer);
  try {
    const { dataSet, identity } =
      transferSyntaxUid === document.transferSyntaxUid
        ? { dataSet: storedDataSet(handle, document), identity: () => document }
        : counted(await transcoded(document, documents, transferSyntaxUid, codecs));
    const response = await association.store({ ...command, transferSyntaxUid, dataSet });
    broken.answered(messageId);
    if (isDone(response.status)) countStored();
    const { digest, size } = identity();
    return { ...response, digest, size };
  } catch (error) {
    if (isNew && isBroken(error)) throw broken.broke(messageId, error);
    throw error;
  }
}

/** What it needs is loaded for those alone who need it. */
async function transcoded(...given: Parameters<typeof transcode>) {
  const { transcode } = await import('../transcoding/transcode.ts');
  return transcode(...given);
}

function takes({ contexts }: RequestedAssociation, sopClassUid: string, uid: string): boolean {
  return contexts.some(
    ({ abstractSyntax, transferSyntax }) =>
      abstractSyntax === sopClassUid && transferSyntax === uid,
  );
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

function notAccepted(
  sopClassUid: string,
  offered: readonly string[],
  peer: string,
): PermanentError {
  const syntaxes = offered.map((uid) => findTransferSyntax(uid)?.name ?? uid).join(', nor in ');
  const otherwise = offered.length === 1 ? ', or set transcode' : '';
  return new PermanentError(
    'CONTEXT_NOT_ACCEPTED',
    `${peer} does not take ${sopClassName(sopClassUid) ?? sopClassUid} in ${syntaxes}; have both allowed there${otherwise}, then resend it`,
  );
}
