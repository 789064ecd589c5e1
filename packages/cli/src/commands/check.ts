import {
  formatDuration,
  formatFindings,
  loadProduction,
  type Finding,
  type Production,
} from '@consort/core';
import type { Command } from 'commander';
import type { LiveAnswer } from '../check/live.ts';
import { portsInUse } from '../check/ports-in-use.ts';
import { unfitPaths } from '../check/unfit-paths.ts';
import { exitCodes } from '../exit-code.ts';
import type { Output } from '../json/outputs.ts';
import { componentLoader } from '../load-component.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { print, printJson } from '../terminal/print.ts';
import { screen } from '../terminal/screen.ts';
import { style } from '../terminal/style.ts';
import { drawTable } from '../terminal/table.ts';

/** Adds `production check`. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .description(
      'find every mistake of a production file, each with its place and what to write instead',
    )
    .argument('[file]', 'the production file (default: ./production.yaml)')
    .option(
      '--live',
      'also ask every DICOM peer of operations (C-ECHO), Redis and the servers of URLs',
    )
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, _options: object, command: Command) => {
      const options = command.optsWithGlobals<CheckOptions>();
      process.exitCode = await check(
        file === undefined ? options : { ...options, production: file },
      );
    });
}

interface CheckOptions extends GlobalOptions {
  readonly live?: true;
  readonly json?: true;
}

async function check(options: CheckOptions): Promise<number> {
  const { productionFile, dataDirectory } = locate(options);
  const loaded = await loadProduction(productionFile, { ...componentLoader });
  const { production, source } = loaded;
  const live = production && options.live && (await askEverybody(production));
  const findings = [
    ...loaded.findings,
    ...(production ? await portsInUse(production, dataDirectory) : []),
    ...(production ? await unfitPaths(production) : []),
    ...(live ?? []).flatMap(({ finding }) => finding ?? []),
  ].toSorted((one, other) => one.line - other.line || one.column - other.column);
  if (options.json) printJson(checkJson(productionFile, production, findings, live));
  else {
    const answers = live?.length ? `${drawAnswers(live)}\n\n` : '';
    print(
      formatFindings(findings, source) + answers + verdict(productionFile, production, findings),
    );
  }
  if (!production) return exitCodes.invalid;
  return live?.some(({ isThere }) => !isThere) ? exitCodes.failed : exitCodes.done;
}

async function askEverybody(production: Production): Promise<readonly LiveAnswer[]> {
  // Imported here: a check of the file needs neither sockets nor Redis.
  const { askAll } = await import('../check/live.ts');
  return askAll(production, process.env);
}

function drawAnswers(answers: readonly LiveAnswer[]): string {
  return drawTable<LiveAnswer>(
    [
      { head: 'Asked', cell: ({ peer }) => peer },
      { head: 'Named by', cell: ({ of }) => of },
      { head: 'How', cell: ({ how }) => how },
      { head: 'After', cell: ({ milliseconds }) => formatDuration(milliseconds), align: 'right' },
      {
        head: 'Answer',
        cell: ({ isThere, text }) => style(isThere ? 'green' : 'red', text),
        shrink: 'text',
      },
    ],
    answers,
    screen().width,
  );
}

function checkJson(
  file: string,
  production: Production | undefined,
  findings: readonly Finding[],
  live: readonly LiveAnswer[] | undefined,
): Output<'check'> {
  return {
    file,
    isValid: production !== undefined,
    ...(production ? { name: production.name } : {}),
    hosts: (production?.hosts ?? []).map(({ name, kind, componentName }) => ({
      name,
      kind,
      component: componentName,
    })),
    findings: [...findings],
    ...(live && { live: live.map(({ finding: _, ...answer }) => answer) }),
  };
}

function verdict(
  file: string,
  production: Production | undefined,
  findings: readonly Finding[],
): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const doubts = warnings > 0 ? `, ${count(warnings, 'warning')}` : '';
  if (!production) return style('red', `${file} has ${count(errors, 'mistake')}${doubts}`);
  return style(
    'green',
    `${production.name} is fine: ${count(production.hosts.length, 'host')}${doubts}`,
  );
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
