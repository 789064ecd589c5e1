import type { Json, MessageBody } from '@consort/core';
import { z } from 'zod';

/** The version of the protocol; both sides say it, and it changes when an older child would not understand. */
export const protocol = 1;

const body = z
  .looseObject({ type: z.string().min(1).max(200) })
  .transform((value) => value as unknown as MessageBody);

/** A name in the directory of the request: no path leads anywhere else. */
const fileName = z.string().regex(/^\w[\w.-]{0,99}$/, 'is the name of a file in the directory');

const id = z.int().positive();
const send = {
  id,
  call: id,
  target: z.string(),
  body: body.nullish(),
  document: fileName.optional(),
};

const line = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), protocol: z.literal(protocol) }),
  z.strictObject({
    type: z.literal('response'),
    id,
    body: body.nullish(),
    document: fileName.optional(),
    status: z.int().min(0).max(0xffff).optional(),
    comment: z.string().max(1_000).optional(),
  }),
  z.strictObject({
    type: z.literal('error'),
    id,
    text: z.string().max(2_000),
    permanent: z.boolean().default(false),
  }),
  z.strictObject({
    type: z.literal('sendRequestSync'),
    ...send,
    /** Milliseconds. */
    timeout: z.number().positive().optional(),
  }),
  z.strictObject({ type: z.literal('sendRequestAsync'), ...send }),
]);

/** What a child may say, one JSON object a line. */
export type FromChild = z.output<typeof line>;
export type ChildSend = Extract<FromChild, { type: 'sendRequestSync' | 'sendRequestAsync' }>;
export type ChildResponse = Extract<FromChild, { type: 'response' }>;

/** What is said to a child, one JSON object a line. */
export type ToChild =
  | {
      readonly type: 'hello';
      readonly protocol: number;
      readonly production: string;
      readonly host: string;
      readonly targets: readonly string[];
      readonly options: Json;
    }
  | {
      readonly type: 'request';
      readonly id: number;
      readonly messageId: number;
      readonly sessionId: number;
      readonly body: MessageBody;
      /** The document of the body as a file of DICOM, where it has one. */
      readonly file?: string;
      /** Where the child may put documents of its own. */
      readonly directory: string;
    }
  | {
      readonly type: 'result';
      readonly id: number;
      readonly call: number;
      readonly body: MessageBody | null;
      readonly file?: string;
    }
  | {
      readonly type: 'failure';
      readonly id: number;
      readonly call: number;
      readonly code: string;
      readonly text: string;
    }
  | { readonly type: 'cancel'; readonly id: number };

/** Reads a line; undefined, with why, when it is none of the protocol. Never quotes it: it may hold anything. */
export function readLine(text: string): FromChild | { readonly type: 'broken'; why: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { type: 'broken', why: 'a line that is no JSON' };
  }
  const read = line.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const path = issue?.path.map(String).join('.').slice(0, 60);
  const where = path ? ` (${path}: ${issue?.code})` : '';
  return { type: 'broken', why: `a line that is not of protocol ${protocol}${where}` };
}
