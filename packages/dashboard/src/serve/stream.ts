import { EngineError, type LoggedEvent, type MessageReader } from '@consort/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { Asked } from '../answers/context.ts';
import { readStatus } from '../status.ts';

/** What changes, told to whoever listens. */
export interface Stream {
  /** Begins to tell; the answer ends when the client goes, or after an hour, and the client comes back by itself. */
  serve(
    asked: Asked<'stream'>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply>;
  close(): void;
}

interface Client {
  readonly response: ServerResponse;
  readonly session: number | undefined;
  readonly until: number;
  /** What it was told last, by name. */
  readonly told: Map<string, string>;
  /** The last event it was told. */
  event: number;
}

/** Pages that may listen at the same time. */
const mostClients = 200;
/** Milliseconds between two looks at the record; one look serves everybody. */
const interval = 1_000;
const longestLife = 3_600_000;
/** Bytes that a client may leave unread before it is let go. */
const mostUnread = 1024 * 1024;
const mostEvents = 500;
const mostHeaders = 1_000;

/** Opens it. The record is looked at while somebody listens, and once for all who do. */
export function openStream(reader: MessageReader): Stream {
  const clients = new Set<Client>();
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
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

  function tell(
    client: Client,
    status: string,
    events: readonly LoggedEvent[],
    sessions: ReadonlyMap<number, string>,
  ): void {
    const { response, session, until } = client;
    if (Date.now() > until || response.writableLength > mostUnread) {
      response.end();
      return;
    }
    tellChange(client, 'status', status);
    const news = events.filter(({ id }) => id > client.event);
    const missed = news.length - mostEvents;
    if (missed > 0) write(client, 'missed', JSON.stringify({ events: missed }));
    for (const event of news.slice(-mostEvents)) {
      client.event = event.id;
      write(client, 'event', JSON.stringify(event));
    }
    const headers = session === undefined ? undefined : sessions.get(session);
    if (headers !== undefined) tellChange(client, 'messages', headers);
    response.write(': still here\n\n');
  }

  return {
    async serve({ query }, request, reply) {
      if (clients.size >= mostClients) {
        throw new EngineError('TOO_MANY_REQUESTS', `${mostClients} pages listen already`);
      }
      const newest = (await reader.events({ limit: 1 }))[0]?.id ?? 0;
      const last = Number(request.headers['last-event-id'] ?? newest);
      const response = reply.hijack().raw;
      response.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
      });
      const client: Client = {
        response,
        session: query.session,
        until: Date.now() + longestLife,
        told: new Map(),
        event: Number.isSafeInteger(last) && last >= 0 ? Math.min(last, newest) : newest,
      };
      clients.add(client);
      response.on('close', () => {
        clients.delete(client);
        if (clients.size === 0) clearInterval(timer);
      });
      if (clients.size === 1) timer = setInterval(() => void look(), interval);
      await look();
      return reply;
    },
    close() {
      clearInterval(timer);
      for (const { response } of clients) response.end();
    },
  };
}

function tellChange(client: Client, name: string, data: string): void {
  if (client.told.get(name) === data) return;
  client.told.set(name, data);
  write(client, name, data);
}

function write({ response, event }: Client, name: string, data: string): void {
  response.write(`id: ${event}\nevent: ${name}\ndata: ${data}\n\n`);
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
