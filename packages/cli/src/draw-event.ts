import type { LoggedEvent } from '@consort/core';
import { eventColour } from './event-colour.ts';
import { style } from './terminal/style.ts';
import { formatTime } from './terminal/time.ts';

/** An event of the log in one line: when, what, where, and its text. */
export function drawEvent(event: LoggedEvent): string {
  const where = [
    event.host,
    event.sessionId === undefined ? undefined : `session ${event.sessionId}`,
    event.messageId === undefined ? undefined : `message ${event.messageId}`,
  ].filter((word) => word !== undefined);
  const head = `${formatTime(event.time)} ${style(eventColour(event), event.type)} ${event.code}`;
  return `${head}${where.length > 0 ? ` ${where.join(', ')}` : ''}: ${event.text}`;
}
