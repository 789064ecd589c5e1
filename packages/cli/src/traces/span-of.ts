import { spanIdOf, traceIdOf, type TracedLeg } from '@consort/core';

/** A span in the JSON of OTLP: ids in hex, 64-bit numbers as text, words of the protocol as their numbers. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly events: readonly { readonly timeUnixNano: string; readonly name: string }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

export interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string } | { readonly intValue: string };
}

/** The kinds and the status of a span, by the numbers of the protocol. */
export const spanKinds = { internal: 1, server: 2, client: 3 } as const;
const failed = 2;

/**
 * The span of a leg: from when it was made to its end, with an event for when a worker took it. Its parent is the leg
 * whose handler sent it; the first of a session has none.
 */
export function spanOf(leg: TracedLeg, productionId: string): Span {
  const { id, sessionId, parentId, type, status, sourceConfigName, targetConfigName } = leg;
  const { timeCreated, timeDelivered, timeProcessed = timeCreated } = leg;
  const isBad = leg.isError || ['Error', 'Suspended', 'Aborted'].includes(status);
  return {
    traceId: traceIdOf(productionId, sessionId),
    spanId: spanIdOf(productionId, id),
    ...(parentId === undefined ? {} : { parentSpanId: spanIdOf(productionId, parentId) }),
    name: `${sourceConfigName} → ${targetConfigName}`,
    kind: kindOf(leg),
    startTimeUnixNano: nanoseconds(timeCreated),
    endTimeUnixNano: nanoseconds(timeProcessed > timeCreated ? timeProcessed : timeCreated),
    attributes: attributes({
      'messaging.system': 'consort',
      'messaging.destination.name': targetConfigName,
      'messaging.message.id': String(id),
      'consort.session.id': sessionId,
      'consort.message.id': id,
      'consort.message.type': type,
      'consort.message.status': status,
      'consort.message.body_type': leg.messageBodyClassName,
      'consort.message.attempts': leg.attempts,
      'consort.source': sourceConfigName,
      'consort.target': targetConfigName,
      'error.type': isBad ? (leg.errorCode ?? status) : undefined,
    }),
    events: timeDelivered ? [{ timeUnixNano: nanoseconds(timeDelivered), name: 'delivered' }] : [],
    // What the error says stays in the record: its code goes out.
    status: isBad ? { code: failed, message: leg.errorCode ?? status } : {},
  };
}

/** Attributes of text and whole numbers; those without a value are left out. */
export function attributes(
  values: Readonly<Record<string, string | number | undefined>>,
): readonly Attribute[] {
  return Object.entries(values).flatMap(([key, value]): readonly Attribute[] => {
    if (value === undefined) return [];
    return typeof value === 'number'
      ? [{ key, value: { intValue: String(value) } }]
      : [{ key, value: { stringValue: value } }];
  });
}

function kindOf({ parentId, type, targetBusinessType }: TracedLeg): number {
  if (type === 'Request' && parentId === undefined) return spanKinds.server;
  if (type === 'Request' && targetBusinessType === 'BusinessOperation') return spanKinds.client;
  return spanKinds.internal;
}

function nanoseconds(time: string): string {
  return `${Date.parse(time)}000000`;
}
