import type { LoggedEvent, Message } from '@consort/core';
import { eventColour } from '../event-colour.ts';
import type { Screen } from '../terminal/screen.ts';
import { style } from '../terminal/style.ts';
import { formatExactTime } from '../terminal/time.ts';
import { wrap } from '../terminal/width.ts';
import { drawDiagram } from './diagram.ts';
import { describeOrigin, summarize } from './summary.ts';

/**
 * Draws a session: who brought it, the diagram, its events, and one line that sums it up.
 * @param events oldest first
 */
export function drawTrace(
  messages: readonly Message[],
  events: readonly LoggedEvent[],
  screen: Screen,
  now: Date,
): string {
  const first = messages[0]?.header;
  if (!first) return summarize(messages, now);
  const width = Number.isFinite(screen.width) ? Math.max(screen.width, 40) : 80;
  const origin = describeOrigin(messages);
  return [
    `${style('bold', `Session ${first.sessionId}`)}  ${formatExactTime(first.timeCreated)}`,
    ...(origin ? wrap(origin, width, '  ') : []),
    '',
    drawDiagram(messages, screen, now),
    ...(events.length > 0 ? ['', style('bold', 'Events')] : []),
    ...events.flatMap((event) => drawEvent(event, width)),
    '',
    summarize(messages, now),
  ].join('\n');
}

function drawEvent(event: LoggedEvent, width: number): readonly string[] {
  const clock = formatExactTime(event.time).slice(11);
  const host = event.host ? ` ${event.host}:` : '';
  const [head = '', ...more] = wrap(`${clock} ${event.type}${host} ${event.text}`, width, '  ');
  return [style(eventColour(event), head), ...more];
}
