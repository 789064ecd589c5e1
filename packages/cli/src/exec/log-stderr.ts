import type { Readable } from 'node:stream';
import type { Event } from '@consort/core';
import { stripVTControlCharacters } from 'node:util';

/** Characters of a line that are kept, and lines in a period that are. */
const longest = 500;
const most = 50;
const period = 10_000;

/** What the event of a line says besides: which message was in hand. */
export type InHand = () => Pick<Event, 'messageId' | 'sessionId'>;

/**
 * Puts the lines that a child writes to standard error into the event log, as its author wrote them: within limits, so that
 * a child that writes without end costs no more than a few events.
 */
export function logStderr(stream: Readable, inHand: InHand, log: (event: Event) => void): void {
  let rest = '';
  let logged = 0;
  let leftOut = 0;
  let since = performance.now();

  function say(line: string): void {
    const text = plain(line);
    if (text === '') return;
    if (performance.now() - since > period) {
      sayLeftOut();
      since = performance.now();
      logged = 0;
    }
    if (++logged > most) leftOut += 1;
    else log({ type: typeOf(text), code: 'CHILD_SAID', text, ...inHand() });
  }

  function sayLeftOut(): void {
    if (leftOut === 0) return;
    const text = `${leftOut} more lines of its child are left out: ${most} are kept in ${period / 1_000} s`;
    log({ type: 'Warning', code: 'CHILD_SAID', text });
    leftOut = 0;
  }

  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    // The end of a line that is too long is as good as gone.
    rest = (lines.pop() ?? '').slice(0, longest);
    for (const line of lines) say(line);
  });
  stream.on('error', () => undefined);
  stream.once('close', () => {
    say(rest);
    sayLeftOut();
  });
}

/** As Python and most others begin a line of their logs. */
function typeOf(text: string): 'Warning' | 'Info' {
  return /^\W{0,3}(?:WARN|WARNING|ERROR|CRITICAL|FATAL)\b/i.test(text) ? 'Warning' : 'Info';
}

function plain(line: string): string {
  return stripVTControlCharacters(line.slice(0, longest))
    .replaceAll(/\p{Cc}/gu, ' ')
    .trimEnd();
}
