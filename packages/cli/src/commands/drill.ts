import { randomInt } from 'node:crypto';
import { EngineError, nearest } from '@consort/core';
import type { Command } from 'commander';
import { drawFault, drawVerdict } from '../drill/draw-drill.ts';
import { drillProduction } from '../drill/drill-production.ts';
import { faults } from '../drill/faults.ts';
import { exitCodes } from '../exit-code.ts';
import type { Output } from '../json/outputs.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { note, print, printJson } from '../terminal/print.ts';
import { wholeNumber } from './number.ts';

interface DrillOptions extends GlobalOptions {
  readonly only: readonly string[];
  readonly seed?: number;
  readonly images: number;
  readonly minutes: number;
  readonly json?: true;
}

const help = `
Faults: ${faults.map(({ name, text }) => `\n  ${name.padEnd(8)} ${text}`).join('')}

A copy of the production runs in a temporary folder, on free ports, with local peers in place of its targets. Nothing
leaves this machine. Exit code 1: an image was acknowledged and lost, it did not recover, or not every fault was played.

Examples:
  production drill
  production drill production.yaml --only refuse --only kill --images 50`;

/** Adds `production drill`. */
export function addDrill(program: Command): void {
  program
    .command('drill [file]')
    .description('play faults on a copy of the production, and count the images that are lost')
    .option(
      '--only <fault>',
      'only this fault, and the calm before it; may be repeated',
      addFault,
      [],
    )
    .option('--seed <number>', 'plays the same again', wholeNumber)
    .option(
      '--images <count>',
      'images that each service is sent under each fault',
      wholeNumber,
      10,
    )
    .option('--minutes <count>', 'how long all of it may take', wholeNumber, 10)
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action(async (file: string | undefined, _options: object, command: Command) => {
      process.exitCode = await drill(file, command.optsWithGlobals());
    });
}

function addFault(name: string, before: readonly string[]): readonly string[] {
  const names = faults.map((fault) => fault.name);
  if (names.includes(name)) return [...before, name];
  const near = nearest(name, names);
  const hint = near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`;
  throw new EngineError('USAGE', `there is no fault ${JSON.stringify(name)}; ${hint}`);
}

async function drill(file: string | undefined, options: DrillOptions): Promise<number> {
  const { only, images, minutes, json, seed = randomInt(2 ** 31) } = options;
  if (images < 1 || images > 1_000 || minutes < 1 || minutes > 600) {
    throw new EngineError('USAGE', '--images is from 1 to 1000, and --minutes from 1 to 600');
  }
  const { productionFile } = locate(file === undefined ? options : { production: file });
  const interrupted = new AbortController();
  const interrupt = () => {
    note('interrupted: what the drill has started is ended and removed');
    interrupted.abort();
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const result = await drillProduction(productionFile, {
      only,
      seed,
      images,
      limit: minutes * 60_000,
      signal: interrupted.signal,
      played(fault) {
        if (json) note(`${fault.fault}: ${fault.outcome}`);
        else print(drawFault(fault));
      },
    });
    if (json) printJson(result satisfies Output<'drill'>);
    else print(drawVerdict(result));
    return result.isSound ? exitCodes.done : exitCodes.failed;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
