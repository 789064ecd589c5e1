import { resolve } from 'node:path';
import type { Command } from 'commander';
import { requestControl } from '../control.ts';
import type { Output } from '../json/outputs.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { drawUpdate } from '../operate/draw-update.ts';
import { note, print, printJson } from '../terminal/print.ts';
import { operator } from './host.ts';

interface UpdateOptions extends GlobalOptions {
  readonly dryRun?: true;
  readonly reset?: true;
  readonly json?: true;
}

/** Milliseconds; each changed host may take its updateTimeout. */
const patience = 600_000;

/** Adds `production update`. */
export function addUpdate(program: Command): void {
  program
    .command('update [file]')
    .description(
      'go on with another version of the production file: only the hosts that changed are started anew',
    )
    .option('--dry-run', 'only say what would change')
    .option('--reset', 'also enable and start what was disabled or stopped by hand')
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, _options: object, command: Command) => {
      await update(file, command.optsWithGlobals());
    });
}

async function update(file: string | undefined, options: UpdateOptions): Promise<void> {
  const { dataDirectory } = locate(options);
  const asked = {
    by: operator(),
    isDryRun: options.dryRun ?? false,
    isReset: options.reset ?? false,
    ...(file === undefined ? {} : { file: resolve(file) }),
  };
  const updated = (await requestControl(
    dataDirectory,
    'update',
    asked,
    patience,
  )) as Output<'update'>;
  if (options.json) return printJson(updated);
  if (updated.warnings) note(updated.warnings.trimEnd());
  print(draw(updated));
}

function draw(updated: Output<'update'>): string {
  const lines = drawUpdate(updated);
  if (lines.length === 0) return 'nothing is different';
  return [
    ...lines,
    updated.isApplied ? 'done; everything else ran on' : 'nothing was changed (--dry-run)',
  ].join('\n');
}
