import { EngineError, traceIdOf, type LoggedEvent, type Message } from '@consort/core';
import type { Command } from 'commander';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { print, printJson } from '../terminal/print.ts';
import { screen } from '../terminal/screen.ts';
import { runOf, waitOf } from '../trace/leg.ts';
import { summarize } from '../trace/summary.ts';
import { drawTrace } from '../trace/trace.ts';
import { numberOr } from './number.ts';

/** Adds `production trace`. */
export function addTrace(program: Command): void {
  program
    .command('trace')
    .description('draw a session: who sent what to whom, how it went, how long it took')
    .argument('<session>', 'number of the session (or of any of its messages), or last')
    .option('--json', 'print JSON')
    .action(async (session: string, _options: object, command: Command) => {
      await trace(numberOr(session, 'last'), command.optsWithGlobals());
    });
}

async function trace(
  which: number | 'last',
  options: GlobalOptions & { readonly json?: true },
): Promise<void> {
  const now = new Date();
  const { messages, events, traceId } = await readRecord(options, async (reader) => {
    const asked = which === 'last' ? await reader.lastSession() : which;
    if (asked === undefined) throw new EngineError('NOT_FOUND', 'there are no sessions yet');
    const sessionId = (await reader.message(asked))?.header.sessionId ?? asked;
    const session = await reader.session(sessionId);
    if (session.length === 0) {
      throw new EngineError(
        'NOT_FOUND',
        `there is no session ${asked}; production messages lists the sessions`,
      );
    }
    return {
      messages: session,
      events: (await reader.events({ sessionId, limit: 500 })).toReversed(),
      traceId: traceIdOf((await reader.production())?.id ?? '', sessionId),
    };
  });
  if (options.json) printJson(traceJson(messages, events, traceId, now));
  else print(drawTrace(messages, events, screen(), now));
}

function traceJson(
  messages: readonly Message[],
  events: readonly LoggedEvent[],
  traceId: string,
  now: Date,
): Output<'trace'> {
  return {
    sessionId: messages[0]?.header.sessionId ?? 0,
    traceId,
    summary: summarize(messages, now),
    messages: messages.map(({ header }) => {
      const wait = waitOf(header, now);
      const run = runOf(header, now);
      return {
        header,
        ...(wait === undefined ? {} : { wait }),
        ...(run === undefined ? {} : { run }),
      };
    }),
    events: [...events],
  };
}
