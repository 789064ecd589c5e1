import { createInterface } from 'node:readline';
import { EngineError } from '@consort/core';
import { styleForError } from '../terminal/style.ts';
import type { Ask } from './plan-of.ts';

/** A person at the terminal. */
export interface Person {
  readonly ask: Ask;
  close(): void;
}

/** Asks at the terminal: on stderr, so that stdout has the result alone. */
export function askAtTerminal(): Person {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // An iterator, because what is typed ahead of a question answers it too.
  const lines = terminal[Symbol.asyncIterator]();
  return {
    async ask(question, usual) {
      terminal.setPrompt(`${question} ${styleForError('dim', `(${usual})`)}: `);
      terminal.prompt();
      const { value, done } = await lines.next();
      if (!done) return value.trim() || usual;
      throw new EngineError('USAGE', 'not everything was answered: nothing was written');
    },
    close: () => terminal.close(),
  };
}
