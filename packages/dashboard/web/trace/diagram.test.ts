import { expect, test } from 'vitest';
import { diagramOf, type Leg, type Session } from './diagram.ts';

const hosts = ['tcp', 'local', 'file'].map((name) => ({ name, type: 'BusinessProcess' }));

test('draws legs from column to column, requests, responses and failures each in their way', () => {
  const { columns, rows } = diagramOf(
    session([
      leg(1, 'tcp', 'local', 'Request', '10'),
      leg(2, 'local', 'file', 'Request', '11', { status: 'Error', isError: true }),
      leg(3, 'file', 'local', 'Response', '12'),
    ]),
    1000,
  );
  const x = new Map(columns.map((column) => [column.name, column.x]));
  expect(rows.map((row) => row.kind === 'leg' && [row.look, row.from, row.to])).toEqual([
    ['request', x.get('tcp'), x.get('local')],
    ['error', x.get('local'), x.get('file')],
    ['response', x.get('file'), x.get('local')],
  ]);
  const ys = rows.map(({ y }) => y);
  expect(ys).toEqual(ys.toSorted((one, other) => one - other));
});

test('puts an event between the legs by its time, on the line of its host', () => {
  const { columns, rows } = diagramOf(
    session([leg(1, 'tcp', 'local', 'Request', '10'), leg(2, 'local', 'tcp', 'Response', '30')], {
      events: [
        { id: 7, time: at('20'), type: 'Warning', code: 'RETRYING', text: 'again', host: 'file' },
      ],
    }),
    1000,
  );
  expect(rows.map(({ kind }) => kind)).toEqual(['leg', 'event', 'leg']);
  expect(rows[1]).toMatchObject({ x: columns[2]?.x });
});

test('is as wide as there is room, but never so narrow that names cover each other', () => {
  const legs = [leg(1, 'tcp', 'local', 'Request', '10')];
  const gap = (space: number) => {
    const { columns } = diagramOf(session(legs), space);
    return (columns[1]?.x ?? 0) - (columns[0]?.x ?? 0);
  };
  expect(gap(300)).toBeGreaterThanOrEqual(160);
  expect(gap(1000)).toBeGreaterThan(gap(300));
  expect(gap(5000)).toBeLessThanOrEqual(260);
  expect(diagramOf(session(legs), 1000).width).toBeLessThanOrEqual(1000);
});

function session(messages: readonly Leg[], more: Partial<Session> = {}): Session {
  return { sessionId: 1, isFinished: true, hosts, messages, events: [], ...more };
}

function at(second: string): string {
  return `2026-01-01T00:00:${second}.000Z`;
}

function leg(
  id: number,
  source: string,
  target: string,
  type: 'Request' | 'Response',
  second: string,
  more: Partial<Leg['header']> = {},
): Leg {
  return {
    header: {
      id,
      sessionId: 1,
      type,
      invocation: 'Queue',
      priority: 'Async',
      status: 'Completed',
      sourceConfigName: source,
      targetConfigName: target,
      sourceBusinessType: 'BusinessProcess',
      targetBusinessType: 'BusinessProcess',
      targetQueueName: target,
      timeCreated: at(second),
      isError: false,
      attempts: 0,
      ...more,
    },
  };
}
