import { styleText } from 'node:util';
import { pino } from 'pino';
import type { Event } from './event.ts';

/** Writes events for whoever watches: one line each. */
export interface ConsoleLog {
  write(event: Event): void;
}

const colours = {
  Assert: 'magenta',
  Error: 'red',
  Warning: 'yellow',
  Info: 'green',
  Trace: 'gray',
  Alert: 'red',
} as const;

const levels = {
  Assert: 'error',
  Error: 'error',
  Warning: 'warn',
  Info: 'info',
  Trace: 'debug',
  Alert: 'fatal',
} as const;

/**
 * Opens the log of a running production on standard error: lines for people, or JSON lines (pino) for machines, each with
 * level, time, type, code and msg, and with host, sessionId, messageId and details where there are any.
 * Control characters are escaped, so that one event is one line whatever is in it.
 */
export function openConsoleLog(format: 'text' | 'json'): ConsoleLog {
  if (format === 'json') {
    const logger = pino(
      {
        base: null,
        level: 'debug',
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (level) => ({ level }) },
      },
      pino.destination({ dest: 2, sync: true }),
    );
    return { write: ({ type, text, ...rest }) => logger[levels[type]]({ type, ...rest }, text) };
  }
  return {
    write({ type, text, host, sessionId }) {
      const time = new Date().toLocaleTimeString('en-GB');
      const kind = styleText(colours[type], type.padEnd(7), { stream: process.stderr });
      const session = sessionId === undefined ? '' : ` session ${sessionId}`;
      process.stderr.write(`${time} ${kind} ${host ?? 'production'}${session}: ${oneLine(text)}\n`);
    },
  };
}

function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
