import { backUp, type BackupMade } from '@consort/store';
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { exitCodes } from '../exit-code.ts';
import type { Output } from '../json/outputs.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { note, print, printJson } from '../terminal/print.ts';
import { documentProgress } from '../terminal/progress.ts';
import { style } from '../terminal/style.ts';
import { wholeNumber } from './number.ts';

interface BackupOptions extends GlobalOptions {
  readonly keep: number;
  readonly deep?: true;
  readonly anew?: true;
  readonly json?: true;
}

/** Adds `production backup`. */
export function addBackup(program: Command): void {
  program
    .command('backup <directory>')
    .description(
      'copy the record and the documents it names to a directory, while the production runs or is down',
    )
    .option('--keep <number>', 'backups that stay in the directory', wholeNumber, 7)
    .option('--deep', 'also read the documents that are there already, and mend them')
    .option('--anew', 'begin anew where the directory has lost its backups')
    .option('--json', 'print JSON')
    .action(async (directory: string, _options: object, command: Command) => {
      process.exitCode = await backup(directory, command.optsWithGlobals());
    });
}

async function backup(given: string, options: BackupOptions): Promise<number> {
  const directory = resolve(given);
  const progress = documentProgress('copying documents');
  const made = await backUp({
    dataDirectory: locate(options).dataDirectory,
    directory,
    keep: options.keep,
    isDeep: options.deep ?? false,
    mayBeginAnew: options.anew ?? false,
    progress,
  }).finally(() => progress.close());
  if (options.json) printJson(outputOf(made, directory));
  else print(draw(made, directory));
  if (made.notPruned) note(style('yellow', made.notPruned));
  return made.manifest.lacking.length > 0 || made.notPruned ? exitCodes.failed : exitCodes.done;
}

function outputOf(
  { name, manifest, documents, pruned, notPruned }: BackupMade,
  directory: string,
): Output<'backup'> {
  const { takenAt, production, schema, messages, unfinished, lacking } = manifest;
  return {
    directory,
    backup: name,
    takenAt,
    production,
    schema,
    messages,
    unfinished,
    documents: { ...manifest.documents, ...documents },
    lacking: [...lacking],
    removed: pruned,
    ...(notPruned ? { notRemoved: notPruned } : {}),
  };
}

function draw({ name, manifest, documents, pruned }: BackupMade, directory: string): string {
  const { messages, unfinished, lacking, documents: all } = manifest;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  return [
    `backup ${name} is in ${directory}`,
    `  ${messages} messages, ${unfinished} of them not finished`,
    `  ${all.count} documents (${megabytes(all.bytes)}), ${documents.copied} of them copied now (${megabytes(documents.copiedBytes)})`,
    ...(pruned.backups + pruned.documents > 0
      ? [
          `  ${pruned.backups} older backups and ${pruned.documents} documents of theirs were removed`,
        ]
      : []),
    ...(lacking.length > 0 ? [style('red', `  ${drawLacking(lacking)}`)] : []),
  ].join('\n');
}

function drawLacking(lacking: BackupMade['manifest']['lacking']): string {
  const examples = lacking.slice(0, 3).map(({ digest, reason }) => `${digest} ${reason}`);
  return `${lacking.length} documents that messages name are not in it: ${examples.join(', ')}${lacking.length > 3 ? ', …' : ''}; see production doctor --deep`;
}
