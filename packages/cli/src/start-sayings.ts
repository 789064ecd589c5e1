import { EngineError, type ConsoleLog, type Event } from '@consort/core';
import { describeError } from './exit-code.ts';

/** What `production start` says besides the events of its production. */
export interface StartSayings {
  /** What `check` warned about; nothing where it did not. */
  warned(text: string): void;
  /** @param lines for people, the first says it all */
  running(lines: readonly string[], details: NonNullable<Event['details']>): void;
  stopping(): void;
  stopped(): void;
  /** It could not start. @returns whether that has been said: for people it is still to be */
  failed(error: unknown): boolean;
}

/** For people: text, what runs on standard output. For machines: events like all others, so that every line is JSON. */
export function startSayings(form: 'text' | 'json', log: ConsoleLog): StartSayings {
  return form === 'json' ? forMachines(log) : forPeople();
}

const stopping = 'stopping: no new associations; what is under way may end (again to end now)';

function forPeople(): StartSayings {
  return {
    warned: (text) => void process.stderr.write(text),
    running: (lines) => void process.stdout.write(`${lines.join('\n')}\n`),
    stopping: () => void process.stderr.write(`\n${stopping}\n`),
    stopped: () => void process.stderr.write('stopped\n'),
    failed: () => false,
  };
}

function forMachines(log: ConsoleLog): StartSayings {
  // Node.js writes its own as text.
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) =>
    log.write({ type: 'Warning', code: 'NODE_WARNING', text: `${name}: ${message}` }),
  );
  return {
    warned(text) {
      if (text.trim() !== '') log.write({ type: 'Warning', code: 'CHECK_WARNING', text });
    },
    running: ([text = ''], details) => log.write({ type: 'Info', code: 'RUNNING', text, details }),
    stopping: () => log.write({ type: 'Info', code: 'STOPPING', text: stopping }),
    stopped: () => log.write({ type: 'Info', code: 'STOPPED', text: 'stopped' }),
    failed(error) {
      const code = error instanceof EngineError ? error.code : 'START_FAILED';
      log.write({ type: 'Error', code, text: describeError(error) });
      return true;
    },
  };
}
