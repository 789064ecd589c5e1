import { resolve } from 'node:path';
import { codeOf, differenceOf, EngineError, type Difference, type Production } from '@consort/core';
import type { Command } from 'commander';
import { requestControl } from '../control.ts';
import { exitCodes } from '../exit-code.ts';
import type { Output } from '../json/outputs.ts';
import { loadVersion } from '../load-version.ts';
import { locate, type GlobalOptions, type Location } from '../location.ts';
import { drawPlan } from '../plan/draw-plan.ts';
import { replayRoutes } from '../plan/replay-routes.ts';
import { readRecord } from '../record.ts';
import { note, print, printJson } from '../terminal/print.ts';
import { operator } from './host.ts';
import { pointInTime } from './point-in-time.ts';

interface PlanOptions extends GlobalOptions {
  readonly replay?: string;
  readonly json?: true;
}

/** Milliseconds that a running production may take to compare. */
const patience = 60_000;

const help = `
Nothing is sent and nothing is written. Exit code 0: nothing is different. 1: something is.

Examples:
  production plan next.yaml
  production plan next.yaml --replay 7d`;

/** Adds `production plan`. */
export function addPlan(program: Command): void {
  program
    .command('plan <file>')
    .description(
      'say what another version of the production file changes, and which of the images that came would go elsewhere',
    )
    .option('--replay <since>', 'ask its routes about the images since then: 7d, 2026-08-25T14:00')
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action(async (file: string, _options: object, command: Command) => {
      process.exitCode = await plan(resolve(file), command.optsWithGlobals());
    });
}

async function plan(file: string, options: PlanOptions): Promise<number> {
  const location = locate(options);
  const { production: planned } = await loadVersion(file, process.env, 'nothing was planned');
  const compared = await compare(planned, options, location);
  const changed = new Set(compared.hosts.map(({ name }) => name));
  const replay =
    options.replay === undefined ? undefined : await replayed(planned, changed, options);
  const isDifferent =
    compared.hosts.length + compared.keys.length > 0 || (replay?.different.length ?? 0) > 0;
  const output: Output<'plan'> = {
    file,
    against: compared.against,
    isDifferent,
    keys: [...compared.keys],
    hosts: compared.hosts.map((host) => ({ ...host, keys: [...host.keys] })),
    ...(compared.refused === undefined ? {} : { refused: compared.refused }),
    ...(replay && { replay }),
  };
  if (options.json) printJson(output);
  else print(drawPlan(output));
  return isDifferent ? exitCodes.failed : exitCodes.done;
}

interface Compared extends Pick<Difference, 'hosts' | 'keys'> {
  readonly against: string;
  /** Why an update would be refused now. */
  readonly refused?: string;
}

/** With what runs; where nothing does, with the file of the last run. */
async function compare(
  planned: Production,
  options: PlanOptions,
  { dataDirectory, productionFile }: Location,
): Promise<Compared> {
  let refused: string | undefined;
  try {
    const asked = { by: operator(), isDryRun: true, isReset: false, file: planned.file };
    const updated = await requestControl(dataDirectory, 'update', asked, patience);
    return { ...(updated as Output<'update'>), against: 'what runs' };
  } catch (error) {
    if (codeOf(error) === 'UPDATE_REFUSED') refused = (error as Error).message;
    else if (codeOf(error) !== 'NOT_RUNNING') throw error;
  }
  const last = await readRecord(options, (reader) => reader.production()).catch(
    (error: unknown) => {
      if (
        error instanceof EngineError &&
        ['NOT_FOUND', 'PRODUCTION_NOT_FOUND'].includes(error.code)
      ) {
        return undefined;
      }
      throw error;
    },
  );
  const against = last?.file ?? productionFile;
  const { production } = await loadVersion(against, process.env, 'nothing was planned');
  return {
    ...differenceOf(production, planned),
    against,
    ...(refused === undefined ? {} : { refused }),
  };
}

function replayed(planned: Production, changed: ReadonlySet<string>, options: PlanOptions) {
  const since = pointInTime('--replay', options.replay ?? '', new Date());
  return readRecord(options, (reader, { dataDirectory }) =>
    replayRoutes({
      reader,
      dataDirectory,
      planned,
      changed,
      since,
      progress: (count) => {
        if (count > 0) note(`${count} requests read`);
      },
    }),
  );
}
