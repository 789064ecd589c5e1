import { EngineError } from '@consort/core';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  engineOf,
  maySeePatients,
  type Answer,
  type AnswerContext,
  type Answered,
} from './context.ts';

/** Bytes of a file that is sent by hand. */
const largest = 512 * 1024 * 1024;

/** Sends a message by hand. */
export const testMessage: Answer<'testMessage'> = async ({ params, body }, context) =>
  shown(
    await engineOf(context).act('test-message', {
      by: context.user.name,
      target: params.host,
      body: body.body,
      ...(body.timeout === undefined ? {} : { timeout: body.timeout }),
    }),
    context,
  );

/** Sends a DICOM file by hand: it is kept in a folder of ours while it is read. */
export async function testFile(
  asked: {
    readonly params: { readonly host: string };
    readonly query: { readonly timeout?: number };
  },
  bytes: Readable,
  context: AnswerContext,
): Promise<Answered<'testFile'>> {
  const engine = engineOf(context);
  if (!engine.production.testingEnabled) {
    throw new EngineError(
      'TESTING_DISABLED',
      `nothing was sent: ${engine.production.name} does not allow messages by hand; write testingEnabled: true in its file`,
    );
  }
  await mkdir(engine.uploads, { recursive: true, mode: 0o700 });
  const file = join(engine.uploads, `${randomUUID()}.dcm`);
  try {
    await pipeline(bytes, atMost(largest), createWriteStream(file, { mode: 0o600 }));
    const { timeout } = asked.query;
    const answer = await engine.act('test-message', {
      by: context.user.name,
      target: asked.params.host,
      file,
      ...(timeout === undefined ? {} : { timeout }),
    });
    return shown(answer, context);
  } catch (error) {
    throw withoutPath(error, file);
  } finally {
    await rm(file, { force: true });
  }
}

function shown(answer: unknown, context: AnswerContext): Answered<'testFile'> {
  const { body, ...rest } = answer as Answered<'testFile'>;
  return { ...rest, ...(body && maySeePatients(context) ? { body } : {}) };
}

function atMost(limit: number): Transform {
  let taken = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      taken += chunk.length;
      if (taken <= limit) done(null, chunk);
      else done(new EngineError('TOO_LARGE', `the file has more than ${limit} bytes`));
    },
  });
}

/** Where it stood while it was read is nobody's concern. */
function withoutPath(error: unknown, file: string): unknown {
  if (!(error instanceof EngineError) || !error.message.includes(file)) return error;
  return new EngineError(error.code, error.message.replaceAll(file, 'the file'));
}
