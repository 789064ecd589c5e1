import { EngineError, isAlert, PermanentError, type Json, type Request } from '@consort/core';

/** An alert, as those outside are told of it. */
export interface AlertToTell {
  /** The whole of it in one sentence, the production's name first. */
  readonly text: string;
  /** The same whenever it is told again: what receivers can know a repetition by. */
  readonly key: string;
  /** The body without what the engine alone needs. */
  readonly facts: Readonly<Record<string, Json>>;
}

/**
 * What a message of type alert is to tell.
 * @throws PermanentError NOT_AN_ALERT
 */
export function alertToTell(
  { header, body }: Request,
  production: { readonly name: string; readonly id: string },
): AlertToTell {
  if (!isAlert(body)) {
    throw new PermanentError(
      'NOT_AN_ALERT',
      `message ${header.id} is no alert: it is of type ${body.type}; send a body { type: 'alert', text: '…' }`,
    );
  }
  const { type: _type, document: _document, text, alert, state, ...more } = body;
  const facts = Object.entries({ ...more, alert, state }).filter(
    ([, value]) => value !== undefined,
  );
  const own =
    typeof alert === 'number'
      ? `alert-${alert}-${state === 'ended' ? 'ended' : 'started'}`
      : `message-${header.id}`;
  return {
    text: `${production.name}: ${text}`,
    key: `${production.id}-${own}`,
    facts: Object.fromEntries(facts) as Record<string, Json>,
  };
}

/** The error of an alert that did not get through; it is tried again as `retry` says. */
export function notDelivered(where: string, reason: string): EngineError {
  return new EngineError(
    'ALERT_NOT_DELIVERED',
    `the alert could not be delivered to ${where}: ${reason}`,
  );
}
