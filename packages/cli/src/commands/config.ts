import { formatConfig } from '@consort/core';
import type { Command } from 'commander';
import type { Output } from '../json/outputs.ts';
import { loadSound } from '../load-sound.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { print, printJson } from '../terminal/print.ts';

/** Adds `production config`. */
export function addConfig(program: Command): void {
  program
    .command('config')
    .description(
      'print the production file with every default and variable filled in, and where each value comes from',
    )
    .option('--json', 'print JSON')
    .action(async (_options: object, command: Command) => {
      await config(command.optsWithGlobals());
    });
}

async function config(options: GlobalOptions & { readonly json?: true }): Promise<void> {
  const { productionFile: file } = locate(options);
  const loaded = await loadSound(file);
  const values = loaded.config().map(({ path, ...rest }) => ({ path: [...path], ...rest }));
  if (options.json) printJson({ file, values } satisfies Output<'config'>);
  else print(formatConfig(values).trimEnd());
}
