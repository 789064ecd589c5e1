import { formatFindings, loadProduction, type Finding, type Production } from '@consort/core';
import type { Command } from 'commander';
import { exitCodes } from '../exit-code.ts';
import type { Output } from '../json/outputs.ts';
import { componentLoader } from '../load-component.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { print, printJson } from '../terminal/print.ts';
import { style } from '../terminal/style.ts';

/** Adds `production check`. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .description(
      'find every mistake of a production file, each with its place and what to write instead',
    )
    .argument('[file]', 'the production file (default: ./production.yaml)')
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, _options: object, command: Command) => {
      const options = command.optsWithGlobals<CheckOptions>();
      process.exitCode = await check(
        file === undefined ? options : { ...options, production: file },
      );
    });
}

interface CheckOptions extends GlobalOptions {
  readonly json?: true;
}

async function check(options: CheckOptions): Promise<number> {
  const { productionFile } = locate(options);
  const { production, findings, source } = await loadProduction(productionFile, {
    ...componentLoader,
  });
  if (options.json) printJson(checkJson(productionFile, production, findings));
  else print(formatFindings(findings, source) + verdict(productionFile, production, findings));
  return production ? exitCodes.done : exitCodes.invalid;
}

function checkJson(
  file: string,
  production: Production | undefined,
  findings: readonly Finding[],
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
