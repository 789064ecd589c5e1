import { createInterface } from 'node:readline/promises';
import type { MessageHeader } from '@consort/core';
import { EngineError } from '@consort/core';
import type { Command } from 'commander';
import { requestControl } from '../control.ts';
import type { Output } from '../json/outputs.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { note, print, printJson } from '../terminal/print.ts';
import { bodyHelp, readBody } from './body.ts';
import { editBody } from './edit-body.ts';
import { operator } from './host.ts';
import { addMessageFilters, filterOf, type FilterOptions } from './message-filter.ts';

interface ActOptions extends GlobalOptions, FilterOptions {
  readonly to?: string;
  readonly head?: true;
  readonly body?: string;
  readonly edit?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

type Acted = Output<'acted'>;

const verbs = {
  resend: 'send requests again: a new header, the same body, the same session',
  resubmit: 'put suspended messages back into their queue',
  discard: 'set suspended messages aside for good',
  abort: 'end messages that are not finished',
} as const;

/** Requests of one call; what is asked for is sent in parts of this many. */
const part = 500;

/** Adds `production resend`, `resubmit`, `discard` and `abort`: on messages by number, or all that a filter finds. */
export function addActs(program: Command): void {
  for (const [verb, description] of Object.entries(verbs)) {
    const command = program.command(`${verb} [messages...]`).description(description);
    addMessageFilters(command);
    command
      .option('--dry-run', 'only say which messages it would be')
      .option('--yes', 'do not ask')
      .option('--json', 'print JSON');
    if (verb === 'resend') {
      command
        .option('--to <host>', 'to another process or operation')
        .option('--head', 'before everything else in the queue');
    }
    if (verb === 'resend' || verb === 'resubmit') {
      command.option('--body <json>', `with another body: ${bodyHelp}; one message only`);
      command.option('--edit', 'with the body changed in VISUAL or EDITOR; one message only');
    }
    command.action(async (numbers: string[], _options: object, given: Command) => {
      await act(verb, numbers, given.optsWithGlobals());
    });
  }
}

async function act(verb: string, numbers: readonly string[], options: ActOptions): Promise<void> {
  const ids = numbers.length > 0 ? numbers.map(idOf) : await found(verb, options);
  const isChanged = options.body !== undefined || options.edit !== undefined;
  if (isChanged && ids.length !== 1) {
    throw new EngineError('USAGE', '--body and --edit change one message; give its number');
  }
  if (options.dryRun) {
    if (options.json) printJson({ done: [], refused: [], wouldBe: [...ids] } satisfies Acted);
    else print(ids.length > 0 ? `${verb} would be done to ${ids.join(', ')}` : 'no messages');
    return;
  }
  if (numbers.length === 0 && !options.yes) await confirm(verb, ids.length);
  const body = isChanged ? await changedBody(ids[0] ?? 0, options) : undefined;
  const result: Acted = { done: [], refused: [] };
  for (let first = 0; first < ids.length; first += part) {
    const answer = await ask(verb, ids.slice(first, first + part), body, options);
    result.done.push(...answer.done);
    result.refused.push(...answer.refused);
  }
  if (options.json) printJson(result);
  else report(verb, result);
  if (result.refused.length > 0) process.exitCode = 1;
}

async function changedBody(id: number, options: ActOptions): Promise<unknown> {
  const { body, edit } = options;
  if (body !== undefined && edit) {
    throw new EngineError('USAGE', 'say --body or --edit, not both');
  }
  return body === undefined ? editBody(id, options) : readBody(body);
}

async function ask(
  verb: string,
  ids: readonly number[],
  body: unknown,
  options: ActOptions,
): Promise<Acted> {
  const { dataDirectory } = locate(options);
  const { to, head } = options;
  const asked = {
    ids,
    by: operator(),
    ...(verb === 'resend' ? { head: head ?? false, ...(to ? { target: to } : {}) } : {}),
    ...(body === undefined ? {} : { body }),
  };
  return (await requestControl(dataDirectory, verb, asked, 60_000)) as Acted;
}

/** Oldest first, as they are to be done. */
async function found(verb: string, options: ActOptions): Promise<readonly number[]> {
  const filter = filterOf(options);
  if (Object.keys(filter).length === 0) {
    throw new EngineError('USAGE', `${verb} needs message numbers, or a filter such as --status`);
  }
  const wanted = (header: MessageHeader) => header.type === 'Request' || verb !== 'resend';
  const ids: number[] = [];
  await readRecord(options, async (reader) => {
    let page: readonly MessageHeader[] = [];
    do {
      const before = page.at(-1)?.id;
      page = await reader.messages({ ...filter, limit: 500, ...(before ? { before } : {}) });
      ids.push(...page.filter(wanted).map(({ id }) => id));
    } while (page.length === 500);
  });
  return ids.toReversed();
}

async function confirm(verb: string, count: number): Promise<void> {
  if (count === 0) return;
  if (!process.stdin.isTTY) {
    throw new EngineError(
      'USAGE',
      `${verb} would be done to ${count} messages; say --yes, or look first with --dry-run`,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${verb} ${count} messages? [y/N] `);
  terminal.close();
  if (!/^y(es)?$/i.test(answer)) throw new EngineError('USAGE', 'nothing was done');
}

function report(verb: string, { done, refused }: Acted): void {
  for (const { id, newId } of done) {
    print(`${id}: ${verb} done${newId === undefined ? '' : `, as message ${newId}`}`);
  }
  for (const { id, code, text } of refused) note(`${id}: ${code}: ${text}`);
  if (done.length + refused.length === 0) note('no messages');
}

function idOf(text: string): number {
  const id = Number(text);
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new EngineError('USAGE', `${JSON.stringify(text)} is not a message number`);
}
