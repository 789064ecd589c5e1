import { defineOperation, duration, PermanentError, type MessageBody } from '@consort/core';
import { z } from 'zod';
import { aeTitle } from './ae-title.ts';
import { requestTally } from './association-tally.ts';
import { openCodecs } from './codecs/codecs.ts';
import { statusHex } from './dimse-status.ts';
import { isDicomDocument, type DicomDocument } from './document.ts';
import { imageOf } from './image-of.ts';
import { AssociationPool } from './sending/association-pool.ts';
import { BrokenAssociations } from './sending/broken-associations.ts';
import { confirmations, confirming } from './sending/confirm.ts';
import { doubtsOfDestination } from './sending/doubts-of-destination.ts';
import { judgeResponse } from './sending/judge-response.ts';
import { NotesOnMessages } from './sending/notes-on-messages.ts';
import { sendImage, type ImageToSend, type SentImage } from './sending/send-image.ts';
import { normalizedServiceOf, sendNormalized } from './sending/send-normalized.ts';
import { storageResponse } from './storage-response.ts';
import { watchCredentials } from './tls/watch-credentials.ts';
import { requesterTls } from './tls/tls-settings.ts';
import { transcodeSetting } from './transcoding/transcode-setting.ts';

const settings = z.object({
  host: z.string().min(1).meta({ description: 'Name or address of the peer.' }),
  port: z.int().min(1).max(65535).meta({ description: 'TCP port of the peer.' }),
  localAet: aeTitle().meta({
    description: 'Our AE title: the calling AE title, by which the peer knows us.',
  }),
  remoteAet: aeTitle().meta({ description: "The peer's AE title: the called AE title." }),
  connectTimeout: timeout().default(10_000).meta({
    description: 'How long the peer may take to take the connection, a TLS handshake included.',
  }),
  acceptTimeout: timeout().default(30_000).meta({
    description: 'How long the peer may take to accept or refuse the association.',
  }),
  responseTimeout: timeout().default(60_000).meta({
    description: 'How long the peer may take to answer, from the last byte of an image on.',
  }),
  idleTimeout: duration().default(5_000).meta({
    description:
      'How long an association is kept for the next image; 0s for none, -1 for as long as the peer keeps it.',
  }),
  maxImagesPerAssociation: z.int().min(0).default(0).meta({
    description: 'Images after which an association is released; 0 for no limit.',
  }),
  confirm: z.enum(confirmations).default('none').meta({
    description:
      'Whether a Success is believed (none), the peer is asked by C-FIND whether it holds the image (find), or by Storage Commitment to commit to it (commitment).',
  }),
  commitmentTimeout: timeout().default(60_000).meta({
    description: 'How long the peer may take to report that it is committed to an image.',
  }),
  transcode: transcodeSetting().default('never').meta({
    description:
      'What a peer is offered besides the transfer syntax an image is stored in, for it to be changed into: never (nothing), uncompressed, or a transfer syntax without loss.',
  }),
  tls: requesterTls().optional().meta({
    description: 'Speaks TLS with the peer (PS3.15 section B.12); without it plain DICOM.',
  }),
});

/**
 * `dicom.tcp-operation`: sends images as C-STORE SCU (PS3.4 annex B), byte for byte as they are stored unless `transcode`
 * says otherwise and the peer does not take them so, and requests of the N- services (PS3.7 section 10.1).
 * Each of its workers has one association at most, which is kept for the next image. What the peer answers is the
 * response: a process may return it as its own.
 */
export default defineOperation({
  description: 'Sends images to a DICOM peer over TCP, and requests of the N- services.',
  settings,
  check: doubtsOfDestination,

  async onInit(context) {
    const { settings: given, signal } = context;
    const { host, port, localAet, remoteAet, idleTimeout, maxImagesPerAssociation, tls } = given;
    const credentials = tls && (await watchCredentials(tls, context.origin('tls'), context));
    const asked = requestTally();
    const terms = {
      host,
      port,
      callingAeTitle: localAet,
      calledAeTitle: remoteAet,
      timeouts: {
        connect: given.connectTimeout,
        accept: given.acceptTimeout,
        response: given.responseTimeout,
        release: 5_000,
      },
      signal,
      asked: asked.count,
      ...(credentials && {
        tls: {
          credentials: credentials.current,
          ...(tls?.serverName === undefined ? {} : { serverName: tls.serverName }),
        },
      }),
    };
    const confirms = confirming(given.confirm, given.commitmentTimeout, signal);
    const pool = new AssociationPool({
      ...terms,
      idleTimeout,
      maxImagesPerAssociation,
      ...confirms.terms,
    });
    const broken = new BrokenAssociations(nameOf(given));
    const unconfirmed = new NotesOnMessages<SentImage>();
    const codecs = openCodecs();
    return {
      pool,
      asked,
      terms,
      credentials,
      broken,
      unconfirmed,
      transcode: given.transcode,
      codecs,
      confirms,
      ...(confirms.confirm && { confirm: confirms.confirm }),
      description: `sends to ${nameOf(given)}${tls ? ' (TLS)' : ''} as ${localAet}`,
    };
  },

  async onTearDown({ pool, credentials, confirms, codecs }) {
    credentials?.close();
    confirms.close();
    await codecs.close();
    await pool.close();
  },

  async onMessage(request, context): Promise<MessageBody> {
    const { settings: peer, state, documents, delivered } = context;
    const service = isDicomDocument(request.body) && normalizedServiceOf(request.body);
    if (service) return sendNormalized(state.terms, service, request.body, documents);
    const { image, document } = imageOf(request, 'sent');
    const { id: messageId, errorStatus } = request.header;
    const response = await sendImage(
      state,
      { messageId, lastFailure: errorStatus?.code, document, ...commandOf(image) },
      documents,
    );
    delivered({
      peer: `${peer.remoteAet}@${addressOf(peer)}`,
      status: statusHex(response.status),
      digest: response.digest,
      size: response.size,
    });
    judgeResponse(response, nameOf(peer), context);
    const { status, errorComment: comment } = response;
    return storageResponse(request, { status, ...(comment ? { comment } : {}) });
  },

  connections: ({ pool }) => pool.associations(),

  measures: ({ asked }) => asked.measures(),

  describe: ({ description }) => description,
});

/** What our C-STORE-RQ repeats of the one that brought the image. */
function commandOf({
  command,
  document,
}: DicomDocument): Omit<ImageToSend, 'messageId' | 'document' | 'lastFailure'> {
  const sopInstanceUid = command.affectedSopInstanceUid ?? document?.attributes.sopInstanceUid;
  const sopClassUid = command.affectedSopClassUid ?? document?.sopClassUid;
  if (!sopInstanceUid || !sopClassUid) {
    throw new PermanentError(
      'NOT_A_STORAGE_REQUEST',
      'a C-STORE request without SOP class or instance UID cannot be sent; send this operation what came from a DICOM service',
    );
  }
  const { priority, moveOriginatorApplicationEntityTitle, moveOriginatorMessageId } = command;
  return {
    sopClassUid,
    sopInstanceUid,
    ...(priority === undefined ? {} : { priority }),
    ...(moveOriginatorApplicationEntityTitle === undefined || moveOriginatorMessageId === undefined
      ? {}
      : {
          moveOriginator: {
            aeTitle: moveOriginatorApplicationEntityTitle,
            messageId: moveOriginatorMessageId,
          },
        }),
  };
}

function nameOf(peer: {
  readonly remoteAet: string;
  readonly host: string;
  readonly port: number;
}): string {
  return `${peer.remoteAet} at ${addressOf(peer)}`;
}

/** An IPv6 address stands in brackets. */
function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** A wait for the peer, which must have an end. */
function timeout() {
  return duration().refine((milliseconds) => milliseconds > 0 && milliseconds <= 86_400_000, {
    message: 'a wait for the peer is longer than 0s and at most 1d',
  });
}
