import { resolve } from 'node:path';
import { EngineError, formatDuration, parseDuration } from '@consort/core';
import { InvalidArgumentError, type Command } from 'commander';
import { requestControl } from '../control.ts';
import { exitCodes } from '../exit-code.ts';
import type { Output } from '../json/outputs.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { note, print, printJson } from '../terminal/print.ts';
import { styleForError } from '../terminal/style.ts';
import { bodyHelp, readBody } from './body.ts';
import { operator } from './host.ts';

interface TestOptions extends GlobalOptions {
  readonly body?: string;
  readonly timeout: number;
  readonly wait: boolean;
  readonly json?: true;
}

type Tested = Output<'test-message'>;

/** Adds `production test-message`. */
export function addTestMessage(program: Command): void {
  program
    .command('test-message')
    .description(
      'send a message to a process or an operation and print its response (testingEnabled: true)',
    )
    .argument('<host>', 'a process or an operation')
    .argument('[file]', 'a DICOM file; it is sent as a dicom.document')
    .option('--body <json>', `instead of a DICOM file: ${bodyHelp}`)
    .option('--timeout <duration>', 'how long to wait for the response', milliseconds, 60_000)
    .option('--no-wait', 'send it and wait for nothing')
    .option('--json', 'print JSON')
    .action(async (host: string, file: string | undefined, _options: object, command: Command) => {
      process.exitCode = await testMessage(host, file, command.optsWithGlobals());
    });
}

async function testMessage(
  target: string,
  file: string | undefined,
  options: TestOptions,
): Promise<number> {
  const { body, timeout, wait } = options;
  if ((file === undefined) === (body === undefined)) {
    throw new EngineError('USAGE', 'say what to send: a DICOM file, or --body; one of the two');
  }
  const asked = {
    by: operator(),
    target,
    ...(file === undefined ? {} : { file: resolve(file) }),
    ...(body === undefined ? {} : { body: readBody(body) }),
    ...(wait ? { timeout } : {}),
  };
  const { dataDirectory } = locate(options);
  // A little longer than the production waits, so that its reason is heard.
  const tested = (await requestControl(
    dataDirectory,
    'test-message',
    asked,
    (wait ? timeout : 0) + 10_000,
  )) as Tested;
  if (options.json) printJson(tested);
  else draw(tested);
  return tested.outcome === 'failed' ? exitCodes.failed : exitCodes.done;
}

function draw({ messageId, sessionId, target, milliseconds: after, ...tested }: Tested): void {
  const { outcome, responseId, error, body } = tested;
  if (outcome === 'sent') note(`sent to ${target} as message ${messageId}`);
  else {
    const words = `${outcome === 'failed' ? 'failed' : 'answered'} after ${formatDuration(after ?? 0)}`;
    note(
      styleForError(
        outcome === 'failed' ? 'red' : 'green',
        `${target} ${words}: message ${messageId}, response ${responseId}`,
      ),
    );
  }
  if (error) {
    const origin = error.origin ? ` (began at ${error.origin.host}: ${error.origin.code})` : '';
    note(styleForError('red', `${error.code}: ${error.text}${origin}`));
  }
  if (body) print(JSON.stringify(body, undefined, 2));
  else if (outcome === 'answered') note('without a body');
  note(`production trace ${sessionId} shows every leg`);
}

function milliseconds(text: string): number {
  const value = parseDuration(text);
  if (value !== undefined && value <= 3_600_000) return value;
  throw new InvalidArgumentError('Write a duration like 30s or 2m, at most 1h.');
}
