import { codeOf, EngineError, type MessageReader } from '@consort/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { AnswerContext } from '../answers/context.ts';
import { paths, type RouteName } from '../api/paths.ts';
import type { Route } from '../api/route.ts';
import { routes } from '../api/routes.ts';
import type { RunningEngine } from '../engine.ts';
import type { Access } from '../users/access.ts';
import { mayCall, nobody, type Identity } from '../users/identity.ts';
import { answerOf, type Served } from './answer-of.ts';
import type { AuditTrail } from './audit-trail.ts';
import { checked, checkedFields } from './check-request.ts';
import { identified } from './identified.ts';
import { noteAnswered, noteRefused, type Call } from './note-calls.ts';
import { openApi } from './open-api.ts';
import { refusalOf } from './refusal.ts';
import { openSharedAnswers } from './shared-answers.ts';
import { openStream } from './stream.ts';
import { openTurns } from './turns.ts';

/** What the API answers from. */
export interface ApiParts {
  readonly reader: MessageReader;
  readonly engine?: RunningEngine;
  readonly access: Access;
  readonly trail: AuditTrail;
}

/** Bytes of a body that is JSON. */
const largestBody = 1024 * 1024;

/** Frames that are drawn at the same time, each with its pixels in memory, and those that wait for it. */
const framesAtOnce = 4;
const framesWaiting = 60;

/** Serves every route of the table, and its description at /api/openapi.json. */
export function serveApi(app: FastifyInstance, parts: ApiParts): void {
  const stream = openStream(parts.reader, parts);
  const shared = openSharedAnswers();
  const turns = openTurns(framesAtOnce, framesWaiting);
  // A form of a stranger's page can send no other type without asking first.
  app.removeContentTypeParser('text/plain');
  // A file is read as it comes.
  app.addContentTypeParser('application/dicom', (_request, bytes, done) => done(null, bytes));
  for (const name of Object.keys(routes) as RouteName[]) {
    const [method = '', url = ''] = paths[name].split(' ');
    app.route({
      method,
      url,
      bodyLimit: largestBody,
      handler: (request, reply) => serve(name, parts, { stream, shared, turns }, request, reply),
    });
  }
  app.get('/api/openapi.json', () => openApi());
  app.addHook('preClose', () => stream.close());
}

/** One request: who asks, may he, what does he ask, the answer, and the audit trail. */
async function serve(
  name: RouteName,
  parts: ApiParts,
  held: Pick<Served, 'stream' | 'shared' | 'turns'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const route: Route = routes[name];
  const user = await identified(request, name, parts);
  const call: Call = { name, user, from: request.ip };
  let asked: Record<string, unknown> = {};
  let answered: unknown;
  try {
    requireRole(user, route, name);
    asked = askedOf(route, request);
    answered = await answerOf(name, asked, {
      access: parts.access,
      context: contextOf(parts, user),
      ...held,
      request,
      reply,
    });
  } catch (error) {
    await noteRefused(call, parts, asked, error);
    sayWhatFailed(parts, name, error);
    throw error;
  }
  try {
    // Before anything is sent: what cannot be noted is not shown.
    await noteAnswered(call, parts, asked, answered);
  } catch (error) {
    if (answered instanceof Readable) answered.destroy();
    throw error;
  }
  return answered;
}

/** A fault of ours is an event: where it happened, without its text, which may hold anything. */
function sayWhatFailed({ engine }: ApiParts, name: RouteName, error: unknown): void {
  if (refusalOf(error).status !== 500) return;
  const { name: kind, stack = '' } = error as Error;
  const place = /^ +at .*$/m.exec(stack)?.[0].trim() ?? 'nobody knows where';
  const text = `the page could not answer ${name}: ${kind} ${place}`;
  engine?.log({ type: 'Error', code: codeOf(error), text });
}

/** @throws EngineError LOGIN_REQUIRED, FORBIDDEN */
function requireRole(user: Identity | undefined, route: Route, name: RouteName): void {
  if (mayCall(user, route)) return;
  if (!user) {
    throw new EngineError(
      'LOGIN_REQUIRED',
      `${name} takes a login: POST /api/login, or an API token in the Authorization header`,
    );
  }
  const role = route.patientData === 'all' ? 'phi-reader' : route.role;
  throw new EngineError(
    'FORBIDDEN',
    `${user.name} may not do ${name}: that takes the role ${role}`,
  );
}

function contextOf(
  { reader, engine, access: { users } }: ApiParts,
  user: Identity = nobody,
): AnswerContext {
  return {
    reader,
    ...(engine ? { engine } : {}),
    ...(users === undefined ? {} : { users }),
    user,
    now: new Date(),
  };
}

/** @throws EngineError USAGE */
function askedOf(route: Route, { params, query, body }: FastifyRequest): Record<string, unknown> {
  return {
    params: route.params ? checkedFields('path', route.params, params) : {},
    query: route.query ? checkedFields('query', route.query, query) : {},
    ...(route.body === undefined ? {} : { body: bodyOf(route.body, body) }),
  };
}

function bodyOf(declared: NonNullable<Route['body']>, body: unknown): unknown {
  const isStream = typeof (body as Readable | undefined)?.pipe === 'function';
  if (typeof declared === 'string') {
    if (isStream) return body;
    throw new EngineError('USAGE', `the body is to be of type ${declared}`);
  }
  if (isStream) throw new EngineError('USAGE', 'the body is to be of type application/json');
  return checked('body', declared, body ?? undefined);
}
