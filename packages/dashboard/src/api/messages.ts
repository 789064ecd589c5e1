import {
  bodyJson,
  documentJson,
  headerJson,
  receiptJson,
  statusJson,
  timeJson,
} from '@consort/core/json';
import { z } from 'zod';
import { route } from './route.ts';

const words = z.string().min(1).max(200);
const uid = z.string().regex(/^[0-9.]{1,64}$/);
const id = z.int().positive();

/** What messages can be found by; all that are given must hold. */
export const messageFilter = z.object({
  host: words.exactOptional().describe('Source or target'),
  status: statusJson.exactOptional(),
  type: z.enum(['Request', 'Response']).exactOptional(),
  sessionId: id.exactOptional(),
  callingAeTitle: words.exactOptional(),
  calledAeTitle: words.exactOptional(),
  modality: words.exactOptional(),
  studyInstanceUid: uid.exactOptional(),
  seriesInstanceUid: uid.exactOptional(),
  sopInstanceUid: uid.exactOptional(),
  errorText: words.exactOptional().describe('Words that stand in the error, or its code'),
  since: timeJson.exactOptional().describe('Made at or after it'),
  until: timeJson.exactOptional().describe('Made before it'),
  patientId: words.exactOptional().describe('For a phi-reader only'),
  patientName: words
    .exactOptional()
    .describe('For a phi-reader only: the name, or its beginning, in any case'),
  accessionNumber: words.exactOptional().describe('For a phi-reader only'),
});

/** Where a page begins and how long it is. */
export const paging = z.object({
  cursor: z.string().max(100).exactOptional().describe('What the page before gave as next'),
  limit: z.int().min(1).max(500).default(50),
});

/** A message in a list. */
export const messageRow = z.object({
  header: headerJson,
  document: documentJson
    .exactOptional()
    .describe('What it carries; patient data for a phi-reader only'),
});

const page = z.object({
  messages: z.array(messageRow).readonly().describe('Newest first'),
  next: z.string().exactOptional().describe('The cursor of the next page; absent on the last'),
});

const verb = z.enum(['resend', 'resubmit', 'discard', 'abort']);

/** By number, or all that a filter finds: at most 10 000. */
const selection = z.union([
  z.object({ ids: z.array(id).min(1).max(10_000) }),
  z.object({ filter: messageFilter }),
]);

const refusal = z.object({ id, code: z.string(), text: z.string() });

export const messageRoutes = {
  messages: route({
    summary: 'Finds messages',
    role: 'viewer',
    patientData: 'hidden',
    isAudited: 'list',
    query: messageFilter.extend(paging.shape),
    answer: page,
  }),
  exportMessages: route({
    summary: 'Streams everything that a search finds, newest first, at most 100 000 messages',
    role: 'viewer',
    patientData: 'hidden',
    isAudited: true,
    query: messageFilter.extend({ format: z.enum(['csv', 'ndjson']) }),
    answer: ['text/csv', 'application/x-ndjson'],
  }),
  message: route({
    summary: 'One message with its body, what it carries and who took it',
    role: 'viewer',
    patientData: 'hidden',
    isAudited: 'body',
    params: z.object({ id }),
    answer: messageRow.extend({
      body: bodyJson.exactOptional().describe('For a phi-reader only'),
      receipts: z.array(receiptJson).readonly(),
      may: z.array(verb).readonly().describe('What can be done to it as it is now'),
      place: z
        .object({
          before: z.int().describe('Messages of its queue that come before it'),
          inProgress: z.array(id).readonly(),
          isDisabled: z.boolean().describe('The host of its queue is disabled'),
        })
        .exactOptional()
        .describe('Of a Queued one'),
    }),
  }),
  previewMessages: route({
    summary: 'Says what an action would do to which messages',
    role: 'operator',
    patientData: 'none',
    body: z.object({ verb, selection }),
    answer: z.object({
      wouldBe: z.array(id).readonly().describe('Oldest first, at most 10 000'),
      refused: z.array(refusal).readonly().describe('Those it cannot be done to, and why'),
      isMore: z.boolean().describe('There are more than one action may take'),
    }),
  }),
  actOnMessages: route({
    summary: 'Resends, resubmits, discards or aborts messages',
    role: 'operator',
    patientData: 'none',
    isAudited: true,
    params: z.object({ verb }),
    body: z.object({
      selection,
      expected: z
        .int()
        .min(0)
        .exactOptional()
        .describe('How many the preview had; when it is another number now, nothing is done'),
      target: words.exactOptional().describe('resend: to another host'),
      isHead: z.boolean().default(false).describe('resend: before everything else in the queue'),
      body: z
        .looseObject({ type: z.string().min(1) })
        .exactOptional()
        .describe('resend, resubmit: with another body; one message, and a phi-reader only'),
    }),
    answer: z.object({
      done: z.array(z.object({ id, newId: id.exactOptional() })).readonly(),
      refused: z.array(refusal).readonly(),
    }),
  }),
  suspended: route({
    summary: 'Messages that wait for a person',
    role: 'viewer',
    patientData: 'hidden',
    isAudited: 'list',
    query: z.object({ host: words.exactOptional() }).extend(paging.shape),
    answer: page,
  }),
};
