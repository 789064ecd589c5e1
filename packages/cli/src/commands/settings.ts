import { shownSettings, type ShownSetting } from '@consort/core';
import type { Command } from 'commander';
import type { Output } from '../json/outputs.ts';
import { loadSound } from '../load-sound.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { hostNamed } from '../operate/receiving-host.ts';
import { print, printJson } from '../terminal/print.ts';
import { screen } from '../terminal/screen.ts';
import { style } from '../terminal/style.ts';
import { drawTable } from '../terminal/table.ts';

/** Adds `production settings`. */
export function addSettings(program: Command): void {
  program
    .command('settings')
    .description('say what the settings of each host are by its file, and where each comes from')
    .argument('[host]', 'only of this host')
    .option('--json', 'print JSON')
    .action(async (host: string | undefined, _options: object, command: Command) => {
      await settings(host, command.optsWithGlobals());
    });
}

async function settings(
  name: string | undefined,
  options: GlobalOptions & { readonly json?: true },
): Promise<void> {
  const { productionFile: file } = locate(options);
  const { production } = await loadSound(file);
  const wanted = name === undefined ? production.hosts : [hostNamed(production.hosts, name)];
  const hosts = wanted.map((host) => ({
    name: host.name,
    component: host.componentName,
    settings: [...shownSettings(host)],
  }));
  if (options.json) printJson({ file, hosts } satisfies Output<'settings'>);
  else print(hosts.map(drawHost).join('\n\n'));
}

function drawHost({
  name,
  component,
  settings: shown,
}: Output<'settings'>['hosts'][number]): string {
  const title = `${style('bold', name)}  ${component}`;
  if (shown.length === 0) return `${title}\nno settings`;
  return `${title}\n${drawTable<Pick<ShownSetting, 'name' | 'value' | 'from' | 'place'>>(
    [
      { head: 'Setting', cell: (one) => one.name },
      { head: 'Value', cell: (one) => JSON.stringify(one.value), shrink: 'text' },
      { head: 'From', cell: ({ from, place }) => (place ? `${from} ${place}` : from) },
    ],
    shown,
    screen().width,
  )}`;
}
