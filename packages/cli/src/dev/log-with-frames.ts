import { openConsoleLog, type ConsoleLog } from '@consort/core/console-log';
import { codeFrame, parsePlace } from '../code-frame.ts';
import { note } from '../terminal/print.ts';
import { styleForError } from '../terminal/style.ts';

/**
 * The log of a production whose author watches it: below an event that an error of his code has led to stands the line
 * it was thrown in. What an update has changed is said by who makes it.
 */
export function openLogWithFrames(): ConsoleLog {
  const log = openConsoleLog('text');
  return {
    write(event) {
      if (event.code === 'UPDATED') return;
      log.write(event);
      const place = parsePlace(String(event.details?.['thrownAt'] ?? ''));
      if (place) note(styleForError('dim', codeFrame(place)));
    },
  };
}
