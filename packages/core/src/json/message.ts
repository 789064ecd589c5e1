import { z } from 'zod';
import { messageStatuses } from '../message-status.ts';
import type { Document, MessageHeader } from '../message.ts';
import { timeJson as time } from './time.ts';

const optionalText = z.string().exactOptional();

/** The three kinds of host, and Unknown for what is outside. */
export const businessTypeJson = z.enum([
  'BusinessService',
  'BusinessProcess',
  'BusinessOperation',
  'Unknown',
]);

/** Why a message failed. */
export const errorStatusJson = z.object({
  code: z.string(),
  text: z.string(),
  origin: z.object({ host: z.string(), code: z.string() }).exactOptional(),
});

/** IRIS's nine statuses. */
export const statusJson = z
  .enum(messageStatuses)
  .describe('Delivered means in progress at its target, not arrived at a peer');

/** How a message came in. */
export const arrivalJson = z.object({
  associationId: z.string().describe('For a file, the one time that it was taken from its folder'),
  peerAddress: z.string().describe('An IP address; or file'),
  callingAeTitle: optionalText.describe('Absent for a file'),
  calledAeTitle: optionalText.describe('Absent for a file'),
});

/** What the peer outside was told. */
export const answeredJson = z.object({
  status: z
    .string()
    .describe(
      'Four hex digits of a DIMSE status; abort; none when the peer was gone; or taken, for a file',
    ),
  note: optionalText,
  time,
});

/** One leg's header. Holds no patient data. */
export const headerJson = z
  .object({
    id: z.int(),
    sessionId: z.int(),
    superSession: optionalText,
    type: z.enum(['Request', 'Response']),
    invocation: z.enum(['Queue', 'InProc']),
    priority: z.enum(['HighSync', 'Sync', 'SimSync', 'Async']),
    status: statusJson,
    sourceConfigName: z.string(),
    targetConfigName: z.string(),
    sourceBusinessType: businessTypeJson,
    targetBusinessType: businessTypeJson,
    targetQueueName: z.string(),
    returnQueueName: optionalText,
    correspondingMessageId: z.int().exactOptional(),
    businessProcessId: z.int().exactOptional(),
    completionKey: z.string().exactOptional(),
    expiresAt: z.string().exactOptional(),
    messageBodyClassName: optionalText.describe('The type of the body, for example dicom.document'),
    messageBodyId: optionalText,
    description: optionalText,
    timeCreated: time,
    timeProcessed: time.exactOptional(),
    isError: z.boolean(),
    errorStatus: errorStatusJson.exactOptional(),
    resent: z.enum(['r', 'b']).exactOptional(),
    banked: z.number().exactOptional(),
    timeQueued: time.exactOptional(),
    timeDelivered: time.exactOptional(),
    attempts: z.int().describe('Failed attempts so far'),
    firstFailedAt: time.exactOptional().describe('When the first of them failed'),
    nextAttemptAt: time.exactOptional(),
    note: optionalText.describe('Why a Discarded message was set aside'),
    arrival: arrivalJson.exactOptional(),
    answered: answeredJson
      .exactOptional()
      .describe('What the peer outside was told about this request, and when'),
    isPartial: z
      .literal(true)
      .exactOptional()
      .describe('Set on a response that others to its request follow'),
    cancelledAt: time
      .exactOptional()
      .describe('When whoever sent this request wanted no more answers'),
  })
  .meta({ id: 'MessageHeader' }) satisfies z.ZodType<MessageHeader>;

/** A claim on a stored data set; holds patient data. */
export const documentJson = z.object({
  digest: z.string().describe('SHA-256 of the data set'),
  size: z.int().describe('Bytes'),
  transferSyntaxUid: z.string(),
  sopClassUid: z.string(),
  attributes: z.object({
    patientId: optionalText,
    patientName: optionalText,
    accessionNumber: optionalText,
    studyInstanceUid: optionalText,
    seriesInstanceUid: optionalText,
    sopInstanceUid: optionalText,
    modality: optionalText,
  }),
}) satisfies z.ZodType<Document>;

/** What a message says. */
export const bodyJson = z.looseObject({
  type: z.string(),
  document: documentJson.exactOptional(),
});

/** A whole message: what was sent too, so it may hold patient data. */
export const messageJson = z.object({
  header: headerJson,
  body: bodyJson.exactOptional(),
});
