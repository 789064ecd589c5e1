import { EngineError } from '@consort/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { answers } from '../answers/answers.ts';
import { engineOf, type AnswerContext, type Asked } from '../answers/context.ts';
import { bodyWithDocument } from '../answers/documents.ts';
import { exportMessages } from '../answers/export-messages.ts';
import { testFile } from '../answers/testing.ts';
import type { RouteName } from '../api/paths.ts';
import type { Access } from '../users/access.ts';
import type { SharedAnswers } from './shared-answers.ts';
import type { Stream } from './stream.ts';
import type { Turns } from './turns.ts';

/** What some answers need besides what was asked. */
export interface Served {
  readonly access: Access;
  readonly context: AnswerContext;
  readonly stream: Stream;
  readonly shared: SharedAnswers;
  /** For frames that are drawn. */
  readonly turns: Turns;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Answers a route: with JSON, or with bytes that are sent as they come. */
export async function answerOf(
  name: RouteName,
  asked: Readonly<Record<string, unknown>>,
  served: Served,
): Promise<unknown> {
  const { access, context, stream, shared, request, reply } = served;
  const as = <Name extends RouteName>() => asked as Asked<Name>;
  switch (name) {
    case 'me':
      return access.me(request);
    case 'login':
      return access.login(as<'login'>().body, request, reply);
    case 'logout':
      return access.logout(request, reply);
    case 'beginOpenIdLogin':
      return access.beginOpenIdLogin(request, reply);
    case 'openIdLogin':
      return access.openIdLogin(as<'openIdLogin'>().body, request, reply);
    case 'changePassword':
      return access.changePassword(as<'changePassword'>().body, request, reply);
    case 'endOtherSessions':
      return access.endOtherSessions(request);
    case 'testFile':
      return testFile(as<'testFile'>(), asked['body'] as Readable, context);
    case 'exportMessages':
      return sendExport(as<'exportMessages'>(), served);
    case 'documentFile':
      return sendFile(as<'documentFile'>(), served);
    case 'documentFrame':
      return sendFrame(as<'documentFrame'>(), served);
    case 'stream':
      return stream.serve(as<'stream'>(), context.user, request, reply);
    default:
      return sendJson(
        reply,
        await shared.answer(name, asked, () =>
          (answers[name] as (given: unknown, from: AnswerContext) => Promise<unknown>)(
            asked,
            context,
          ),
        ),
      );
  }
}

/** What is shared has been written already. */
function sendJson(reply: FastifyReply, answer: unknown): unknown {
  if (typeof answer === 'string') void reply.type('application/json; charset=utf-8');
  return answer;
}

function sendExport(asked: Asked<'exportMessages'>, { context, reply }: Served): Readable {
  const lines = exportMessages(asked, context);
  const isCsv = asked.query.format === 'csv';
  download(reply, isCsv ? 'messages.csv' : 'messages.ndjson');
  void reply.type(isCsv ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8');
  return lines;
}

async function sendFile(
  { params: { id } }: Asked<'documentFile'>,
  { context, reply }: Served,
): Promise<Readable> {
  const { document } = await bodyWithDocument(id, context);
  const { bytes, size } = await engineOf(context).documents.file(document);
  download(reply, `message-${id}.dcm`);
  void reply.type('application/dicom').header('content-length', size);
  return bytes;
}

async function sendFrame(
  { params: { id, frame }, query }: Asked<'documentFrame'>,
  { context, turns, reply }: Served,
): Promise<Uint8Array> {
  const { documents } = engineOf(context);
  const body = await bodyWithDocument(id, context);
  const draw = documents.frame?.bind(documents);
  if (!draw) {
    throw new EngineError('FRAMES_UNREADABLE', `the frames of message ${id} cannot be drawn here`);
  }
  const { windowCenter: center, windowWidth: width } = query;
  const window = {
    ...(center === undefined ? {} : { center }),
    ...(width === undefined ? {} : { width }),
  };
  const { mediaType, bytes } = await turns.take(() => draw(body, frame, window));
  void reply.type(mediaType);
  return bytes;
}

/** A name of ours: nothing of the data set is in it. */
function download(reply: FastifyReply, name: string): void {
  void reply.header('content-disposition', `attachment; filename="${name}"`);
}
