import { findBackup, restoreBackup, verifyBackup, type Restored } from '@consort/store';
import { Option, type Command } from 'commander';
import { resolve } from 'node:path';
import { exitCodes } from '../exit-code.ts';
import type { Output } from '../json/outputs.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { print, printJson } from '../terminal/print.ts';
import { documentProgress } from '../terminal/progress.ts';
import { style } from '../terminal/style.ts';

interface RestoreOptions extends GlobalOptions {
  readonly backup?: string;
  readonly replace?: true;
  readonly incomplete?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Adds `production restore`. */
export function addRestore(program: Command): void {
  program
    .command('restore <directory>')
    .description('bring a backup back into the data directory of a production that is down')
    .option('--backup <name>', 'which one; default: the newest')
    .option('--replace', 'set the record aside that is in the data directory')
    .option('--incomplete', 'restore although documents of the backup are missing or damaged')
    .addOption(
      new Option('--dry-run', 'only read the whole backup and say whether it is good').conflicts([
        'replace',
        'incomplete',
      ]),
    )
    .option('--json', 'print JSON')
    .action(async (directory: string, _options: object, command: Command) => {
      process.exitCode = await restore(resolve(directory), command.optsWithGlobals());
    });
}

async function restore(directory: string, options: RestoreOptions): Promise<number> {
  const { dataDirectory } = locate(options);
  const found = options.dryRun
    ? await verify(directory, options.backup)
    : await bringBack(directory, dataDirectory, options);
  const output = outputOf(found, directory, options.dryRun ? undefined : dataDirectory);
  if (options.json) printJson(output);
  else print(draw(output, options));
  return output.lacking.length > 0 ? exitCodes.failed : exitCodes.done;
}

async function verify(directory: string, name: string | undefined): Promise<Restored> {
  const progress = documentProgress('reading documents');
  const found = await findBackup(directory, name);
  const backup = await verifyBackup(directory, found, progress).finally(() => progress.close());
  const lacking = [...backup.manifest.lacking, ...backup.damaged];
  return { backup, documents: { copied: 0, copiedBytes: 0 }, lacking };
}

async function bringBack(
  directory: string,
  dataDirectory: string,
  { backup, replace, incomplete }: RestoreOptions,
): Promise<Restored> {
  const progress = documentProgress('restoring documents');
  return restoreBackup({
    directory,
    ...(backup === undefined ? {} : { name: backup }),
    dataDirectory,
    mayReplace: replace ?? false,
    mayLack: incomplete ?? false,
    progress,
  }).finally(() => progress.close());
}

function outputOf(
  { backup, documents, lacking, replaced }: Restored,
  directory: string,
  dataDirectory: string | undefined,
): Output<'restore'> {
  const { takenAt, production, schema, messages, unfinished, documents: all } = backup.manifest;
  return {
    directory,
    backup: backup.name,
    takenAt,
    production,
    schema,
    messages,
    unfinished,
    documents: { ...all, ...documents },
    lacking: [...lacking],
    ...(dataDirectory === undefined ? {} : { restoredTo: dataDirectory }),
    ...(replaced === undefined ? {} : { replaced }),
  };
}

function draw(restored: Output<'restore'>, { production }: GlobalOptions): string {
  const { backup, takenAt, messages, unfinished, documents, lacking, restoredTo, replaced } =
    restored;
  const name = restored.production.name ?? restored.production.id;
  return [
    restoredTo === undefined
      ? `backup ${backup} of ${name} was read whole; nothing was changed (--dry-run)`
      : `backup ${backup} of ${name} is restored to ${restoredTo}`,
    `  ${messages} messages as of ${takenAt}, ${unfinished} of them not finished`,
    `  ${documents.count} documents, each with the digest it was received with`,
    ...(lacking.length > 0
      ? [
          style(
            'red',
            `  without ${lacking.length} documents that are missing or damaged, the first ${lacking[0]?.digest}`,
          ),
        ]
      : []),
    ...(replaced === undefined ? [] : [`  the record that was there is ${replaced}`]),
    ...(restoredTo === undefined
      ? []
      : [
          `Next: production start${production === undefined ? '' : ` ${production}`}. What was not finished at ${takenAt} goes on and may reach its target a second time;`,
          'what came after it is not in the record: have it sent again.',
        ]),
  ].join('\n');
}
