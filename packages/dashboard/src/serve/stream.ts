import { EngineError, type LoggedEvent, type MessageReader } from '@consort/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { Asked } from '../answers/context.ts';
import { readStatus } from '../status.ts';
import type { Access } from '../users/access.ts';
import { mayCall, type Identity } from '../users/identity.ts';
import { routes } from '../api/routes.ts';
import { beatOf } from './beat.ts';

/** What changes, told to whoever listens. */
export interface Stream {
  /** Begins to tell; the answer ends when the client goes, or after an hour, and the client comes back by itself. */
  serve(
    asked: Asked<'stream'>,
    user: Identity,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply>;
  close(): void;
}

interface Client {
  readonly request: FastifyRequest;
  readonly response: ServerResponse;
  readonly user: string;
  /** When it was last seen that he still may; milliseconds. */
  seen: number;
  readonly session: number | undefined;
  readonly until: number;
  /** What it was told last, by name. */
  readonly told: Map<string, string>;
  /** The last event it was told. */
  event: number;
}

/** Pages that may listen at the same time, of everybody and of one user. */
const mostClients = 200;
const mostOfUser = 20;
/** Milliseconds after which it is asked whether it is time for another look. */
const tick = 500;
const longestLife = 3_600_000;
/** Bytes that a client may leave unread before it is let go. */
const mostUnread = 1024 * 1024;
const mostEvents = 500;
const mostHeaders = 1_000;

/** What the stream is opened with. */
export interface StreamOptions {
  readonly access: Pick<Access, 'recognise'>;
  /** Milliseconds after which it is asked again whether a user still may listen. Default 60 000. */
  readonly seenFor?: number;
}

/** Opens it. The record is looked at while somebody listens, and once for all who do. */
export function openStream(
  reader: MessageReader,
  { access, seenFor = 60_000 }: StreamOptions,
): Stream {
  const clients = new Set<Client>();
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;
  let looked = -Infinity;

  /** However many pages are open, they ask together for little more than fifteen of them would. */
  function lookInTime(): void {
    // A timer may come a little early, and the next look would be one tick late.
    if (performance.now() - looked >= beatOf(clients.size) - tick / 10) void look();
  }

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    looked = performance.now();
    try {
      await letGo();
      if (clients.size === 0) return;
      const status = await statusNow(reader);
      const oldest = Math.min(...[...clients].map(({ event }) => event));
      const events = await eventsAfter(reader, oldest);
      const sessions = new Map<number, string>();
      for (const { session } of clients) {
        if (session === undefined || sessions.has(session)) continue;
        const headers = await reader.messages({ sessionId: session, limit: mostHeaders });
        sessions.set(
          session,
          JSON.stringify({ sessionId: session, headers: headers.toReversed() }),
        );
      }
      for (const client of clients) tell(client, status, events, sessions);
    } catch {
      // The record is away. Who listens hears nothing for a while, and everything once it is back.
    } finally {
      isLooking = false;
    }
  }

  /** Ends those that have ended, have lasted long enough, do not read, or may not listen any more. */
  async function letGo(): Promise<void> {
    const now = Date.now();
    for (const client of clients) {
      const { response, until } = client;
      const isOver = now > until || response.writableLength > mostUnread;
      if (
        isOver ||
        hasEnded(client) ||
        (now - client.seen >= seenFor && !(await stillMay(client)))
      ) {
        forget(client);
        // Whoever does not read what he has been sent would never see the end of it.
        if (response.writableLength > 0) response.destroy();
        else response.end();
      }
    }
  }

  /** Who cannot be looked up may not: the file of users may be gone, or unfit. */
  async function stillMay(client: Client): Promise<boolean> {
    try {
      const user = await access.recognise(client.request);
      client.seen = Date.now();
      return user?.name === client.user && mayCall(user, routes.stream);
    } catch {
      return false;
    }
  }

  function forget(client: Client): void {
    clients.delete(client);
    if (clients.size === 0) clearInterval(timer);
  }

  function requireRoom({ name, how }: Identity): void {
    if (clients.size >= mostClients) {
      throw new EngineError('TOO_MANY_REQUESTS', `${mostClients} pages listen already`);
    }
    const his = [...clients].filter(({ user }) => user === name).length;
    // Where nobody logs in all are one user.
    if (how === 'local' || his < mostOfUser) return;
    throw new EngineError('TOO_MANY_REQUESTS', `${mostOfUser} pages of ${name} listen already`);
  }

  function tell(
    client: Client,
    status: string,
    events: readonly LoggedEvent[],
    sessions: ReadonlyMap<number, string>,
  ): void {
    if (hasEnded(client)) return forget(client);
    const { session } = client;
    const news = events.filter(({ id }) => id > client.event);
    const missed = news.length - mostEvents;
    const headers = session === undefined ? undefined : sessions.get(session);
    // One write, and so one packet, for all of it.
    client.response.write(
      [
        changeFor(client, 'status', status),
        ...(missed > 0 ? [said(client, 'missed', JSON.stringify({ events: missed }))] : []),
        ...news.slice(-mostEvents).map((event) => {
          client.event = event.id;
          return said(client, 'event', JSON.stringify(event));
        }),
        headers === undefined ? '' : changeFor(client, 'messages', headers),
        ': still here\n\n',
      ].join(''),
    );
  }

  return {
    async serve({ query }, user, request, reply) {
      requireRoom(user);
      const newest = (await reader.events({ limit: 1 }))[0]?.id ?? 0;
      // Others may have come while the record was read, and this one may have gone.
      requireRoom(user);
      const last = Number(request.headers['last-event-id'] ?? newest);
      const response = reply.hijack().raw;
      if (response.destroyed) return reply;
      response.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
      });
      const client: Client = {
        request,
        response,
        user: user.name,
        seen: Date.now(),
        session: query.session,
        until: Date.now() + longestLife,
        told: new Map(),
        event: Number.isSafeInteger(last) && last >= 0 ? Math.min(last, newest) : newest,
      };
      clients.add(client);
      response.on('close', () => forget(client));
      if (clients.size === 1) timer = setInterval(lookInTime, tick);
      await look();
      return reply;
    },
    close() {
      clearInterval(timer);
      for (const { response } of clients) response.end();
    },
  };
}

function hasEnded({ response }: Client): boolean {
  return response.destroyed || response.writableEnded;
}

function changeFor(client: Client, name: string, data: string): string {
  if (client.told.get(name) === data) return '';
  client.told.set(name, data);
  return said(client, name, data);
}

function said({ event }: Client, name: string, data: string): string {
  return `id: ${event}\nevent: ${name}\ndata: ${data}\n\n`;
}

/** Without the hours that pass by themselves: only a change is told. */
async function statusNow(reader: MessageReader): Promise<string> {
  const { production, hosts } = await readStatus(reader);
  const { heartbeatAt: _heartbeat, ...shown } = production ?? {};
  return JSON.stringify({ ...(production ? { production: shown } : {}), hosts });
}

/** Oldest first; of too many the newest, and how many there were can be told by their numbers. */
async function eventsAfter(reader: MessageReader, id: number): Promise<readonly LoggedEvent[]> {
  const found = await reader.events({ after: id, limit: 2 * mostEvents });
  return found.toReversed();
}
