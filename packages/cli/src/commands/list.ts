import { existsSync } from 'node:fs';
import { describedSettings, EngineError, nearest, type DescribedSetting } from '@consort/core';
import type { Command } from 'commander';
import { builtInComponents, ownComponents, type NamedComponent } from '../components-of.ts';
import type { Output } from '../json/outputs.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { print, printJson } from '../terminal/print.ts';
import { screen } from '../terminal/screen.ts';
import { style } from '../terminal/style.ts';
import { drawTable } from '../terminal/table.ts';

/** Adds `production list`. */
export function addList(program: Command): void {
  program
    .command('list')
    .description('list the components a production file may name, or the settings of one of them')
    .argument('[component]', 'its settings, with types, defaults and descriptions')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  production list dicom.tcp-service')
    .action(async (component: string | undefined, _options: object, command: Command) => {
      await list(component, command.optsWithGlobals());
    });
}

type Listed = Output<'list'>['components'][number];

async function list(
  wanted: string | undefined,
  options: GlobalOptions & { readonly json?: true },
): Promise<void> {
  const { productionFile } = locate(options);
  const own = existsSync(productionFile) ? await ownComponents(productionFile) : [];
  const all = [...(await builtInComponents()).map(listed), ...own.map(listed)];
  if (wanted !== undefined) {
    const component = all.find(({ name }) => name === wanted) ?? notFound(wanted, all);
    if (options.json) printJson({ components: [component] } satisfies Output<'list'>);
    else print(drawComponent(component));
  } else if (options.json) printJson({ components: all } satisfies Output<'list'>);
  else print(drawAll(all));
}

function listed({ name, component }: NamedComponent): Listed {
  const { kind, description } = component;
  return { name, kind, description, settings: [...describedSettings(component)] };
}

function notFound(name: string, all: readonly Listed[]): never {
  const names = all.map((one) => one.name);
  const near = nearest(name, names);
  throw new EngineError(
    'NOT_FOUND',
    `there is no component ${JSON.stringify(name)}; there are ${names.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
}

function drawAll(all: readonly Listed[]): string {
  return drawTable<Listed>(
    [
      { head: 'Component', cell: ({ name }) => name },
      { head: 'Kind', cell: ({ kind }) => kind },
      { head: 'What it is for', cell: ({ description }) => description, shrink: 'text' },
    ],
    all,
    screen().width,
  );
}

function drawComponent({ name, kind, description, settings }: Listed): string {
  const title = `${style('bold', name)}  ${kind}\n${description}`;
  if (settings.length === 0) return `${title}\nno settings`;
  return [title, ...settings.map(drawSetting)].join('\n\n');
}

function drawSetting(setting: DescribedSetting): string {
  const { name, type, isRequired, description } = setting;
  const usual = setting.default === undefined ? '' : `default ${JSON.stringify(setting.default)}`;
  const facts = [type, isRequired ? 'required' : usual].filter((fact) => fact !== '');
  const line = `${style('bold', name)}  ${facts.join(', ')}`;
  return description === undefined ? line : `${line}\n    ${description}`;
}
