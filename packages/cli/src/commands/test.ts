import { writeFile } from 'node:fs/promises';
import { formatDuration } from '@consort/core';
import type { Command } from 'commander';
import { exitCodes } from '../exit-code.ts';
import type { Output } from '../json/outputs.ts';
import { findScenarios } from '../scenarios/find-scenarios.ts';
import { junitOf } from '../scenarios/junit.ts';
import { readScenario, runScenario, type ScenarioResult } from '../scenarios/run-scenario.ts';
import type { Scenario } from '../scenarios/scenario-keys.ts';
import { print, printJson } from '../terminal/print.ts';
import { style } from '../terminal/style.ts';

interface TestOptions {
  readonly json?: true;
  readonly junit?: string;
}

const help = `
A scenario runs the production that it names, with a record, a Redis and ports of its own, gives it files, and says
what is to come of them. Nothing is sent to the peers of the file: others stand in for them.

Example:
  production test                              every *.scenario.yaml below this folder
  production test arrives.scenario.yaml --junit report.xml`;

/** Adds `production test`. */
export function addTest(program: Command): void {
  program
    .command('test')
    .description('run scenarios: files that come to a production, and what is to come of them')
    .argument(
      '[files...]',
      'scenarios (*.scenario.yaml), or folders with some; default: this folder',
    )
    .option('--junit <file>', "write the results as JUnit's XML too")
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action(async (files: string[], _options: object, command: Command) => {
      process.exitCode = await test(files, command.optsWithGlobals());
    });
}

async function test(paths: readonly string[], { json, junit }: TestOptions): Promise<number> {
  const files = await findScenarios(paths.length > 0 ? paths : ['.']);
  // All are read before the first is run: a mistake in the last one is known at once.
  const scenarios: (readonly [file: string, scenario: Scenario])[] = [];
  for (const file of files) scenarios.push([file, await readScenario(file)]);
  const results: ScenarioResult[] = [];
  for (const [file, scenario] of scenarios) {
    const result = await runScenario(file, scenario);
    results.push(result);
    if (!json) print(draw(result));
  }
  const failed = results.filter(({ outcome }) => outcome === 'failed').length;
  if (junit !== undefined) await writeFile(junit, junitOf(results));
  if (json)
    printJson({
      passed: results.length - failed,
      failed,
      scenarios: results,
    } satisfies Output<'test'>);
  else print(`\n${results.length - failed} ok, ${failed} failed`);
  return failed > 0 ? exitCodes.failed : exitCodes.done;
}

function draw({ name, outcome, milliseconds, differences }: ScenarioResult): string {
  const word = style(outcome === 'ok' ? 'green' : 'red', outcome.padEnd(6));
  const lines = differences.flatMap((difference) =>
    difference.split('\n').map((line) => `       ${line}`),
  );
  return [`${word} ${name} (${formatDuration(milliseconds)})`, ...lines].join('\n');
}
