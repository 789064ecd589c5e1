import { EngineError, isFinished, type MessageHeader } from '@consort/core';
import type { Answer, Answered } from './context.ts';
import { shownMessage } from './patient-data.ts';

/** Messages of one session that are shown. */
const most = 1000;

/** The trace of a session. */
export const session: Answer<'session'> = async ({ params: { id } }, context) => {
  const { reader, engine, now } = context;
  const sessionId = (await reader.message(id))?.header.sessionId ?? id;
  const [found, messages, latest] = await Promise.all([
    reader.search({ sessionId, limit: most }),
    engine ? reader.session(sessionId) : [],
    reader.events({ sessionId, limit: 500 }),
  ]);
  if (found.length === 0) {
    throw new EngineError('NOT_FOUND', `there is no session ${id}; it may have been purged`);
  }
  const oldestFirst = found.toReversed();
  const headers = oldestFirst.map(({ header }) => header);
  const events = latest.toReversed();
  return {
    sessionId,
    isFinished: headers.every(({ status }) => isFinished(status)),
    hosts: hostsOf(headers),
    messages: oldestFirst.map((one) => ({
      ...shownMessage(one, context),
      ...timesOf(one.header, now),
    })),
    events,
    ...(engine ? engine.drawTrace(messages.slice(0, most), events) : {}),
  };
};

const order = ['BusinessService', 'BusinessProcess', 'BusinessOperation', 'Unknown'];

function hostsOf(headers: readonly MessageHeader[]): Answered<'session'>['hosts'] {
  const hosts = new Map<string, string>();
  for (const header of headers) {
    for (const [name, type] of [
      [header.sourceConfigName, header.sourceBusinessType],
      [header.targetConfigName, header.targetBusinessType],
    ] as const) {
      if (!hosts.has(name)) hosts.set(name, type);
    }
  }
  return [...hosts]
    .map(([name, type]) => ({ name, type }))
    .toSorted((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
}

function timesOf(header: MessageHeader, now: Date): { wait?: number; run?: number } {
  const { status, timeQueued, timeDelivered, timeProcessed } = header;
  const isOver = isFinished(status);
  const wait = between(timeQueued, timeDelivered ?? (isOver ? undefined : now.toISOString()));
  const run =
    status === 'Queued'
      ? undefined
      : between(timeDelivered, isOver ? timeProcessed : now.toISOString());
  return { ...(wait === undefined ? {} : { wait }), ...(run === undefined ? {} : { run }) };
}

function between(from: string | undefined, to: string | undefined): number | undefined {
  return from === undefined || to === undefined
    ? undefined
    : Math.max(0, Date.parse(to) - Date.parse(from));
}
