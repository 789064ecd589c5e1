import type { QueueCount } from '@consort/core';
import type { Command } from 'commander';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { print, printJson } from '../terminal/print.ts';
import { screen } from '../terminal/screen.ts';
import { drawTable, type Column } from '../terminal/table.ts';
import { formatAge } from '../terminal/time.ts';

/** Adds `production queues`. */
export function addQueues(program: Command): void {
  program
    .command('queues')
    .description('count the messages of each host')
    .option('--json', 'print JSON')
    .action(async (_options: object, command: Command) => {
      await queues(command.optsWithGlobals());
    });
}

async function queues(options: GlobalOptions & { readonly json?: true }): Promise<void> {
  const found = await readRecord(options, (reader) => reader.queues());
  if (options.json) printJson({ queues: [...found] } satisfies Output<'queues'>);
  else print(drawTable(columns(new Date()), found, screen().width));
}

function columns(now: Date): readonly Column<QueueCount>[] {
  return [
    { head: 'Host', cell: ({ host }) => host, shrink: 'name' },
    count('Queued', ({ queued }) => queued),
    count('In progress', ({ delivered }) => delivered),
    count('Retrying', ({ retrying }) => retrying),
    {
      head: 'Oldest wait',
      cell: ({ oldestQueuedAt }) => (oldestQueuedAt ? formatAge(oldestQueuedAt, now) : '-'),
      align: 'right',
    },
    count('Completed', ({ completed }) => completed),
    count('Failed', ({ failed }) => failed),
    count('Discarded', ({ discarded }) => discarded),
  ];
}

function count(head: string, of: (queue: QueueCount) => number): Column<QueueCount> {
  return { head, cell: (queue) => String(of(queue)), align: 'right' };
}
