import { describedSettings, productionSchema, type JsonSchema } from '@consort/core';
import type { Command } from 'commander';
import { builtInComponents, type NamedComponent } from '../components-of.ts';
import { createProgram } from '../program.ts';
import { scenarioSchema } from '../scenarios/scenario-keys.ts';
import { keyRows, type KeyRow } from './key-rows.ts';

/** The pages of docs/reference that are made of the code, by the names of their files. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  const components = await builtInComponents();
  const schema = productionSchema(
    Object.fromEntries(components.map(({ name, component }) => [name, component])),
  );
  return {
    'components.md': componentsPage(components, schema),
    'commands.md': commandsPage(await createProgram(['--help'])),
    'production-file.md': productionPage(schema),
    'scenario-file.md': page(
      'The keys of a scenario',
      'What stands in a `*.scenario.yaml`; see [testing](../testing.md).',
      table(keyRows(scenarioSchema())),
    ),
  };
}

function page(title: string, lead: string, ...parts: readonly string[]): string {
  return `# ${title}\n\n${lead}\n\n${parts.join('\n\n')}\n`;
}

function componentsPage(components: readonly NamedComponent[], schema: JsonSchema): string {
  const definitions = schema['definitions'] as Readonly<Record<string, JsonSchema>>;
  const parts = components.map(({ name, component }) => {
    // What a setting means, a host or a duration, is known of the uppermost ones.
    const meanings = new Map(describedSettings(component).map((one) => [one.name, one.type]));
    const rows = keyRows(definitions[name] ?? {}).map((row) => ({
      ...row,
      type: meanings.get(row.key) ?? row.type,
    }));
    return `## ${name}\n\n${component.kind === 'operation' ? 'An' : 'A'} ${component.kind}. ${component.description}\n\n${table(rows)}`;
  });
  return page(
    'The components that come along',
    'What `component:` may name, with the keys of `settings:`. `production list NAME` prints the same.',
    ...parts,
  );
}

function productionPage(schema: JsonSchema): string {
  const definitions = schema['definitions'] as Readonly<Record<string, JsonSchema>>;
  const kinds = ['service', 'process', 'operation'].map(
    (kind) =>
      `## ${kind === 'operation' ? 'An' : 'A'} ${kind}\n\n${table(keyRows(definitions[kind] ?? {}))}`,
  );
  return page(
    'The keys of the production file',
    'What stands beside `settings:`; those are on [components](components.md). `production check` finds every mistake with its place.',
    `## The production\n\n${table(keyRows(schema))}`,
    ...kinds,
  );
}

function commandsPage(program: Command): string {
  const parts = verbsOf(program).map(
    ({ name, help }) => `## production ${name}\n\n\`\`\`text\n${help}\n\`\`\``,
  );
  return page(
    'The commands',
    'Every verb with its help, as `production help VERB` prints it. What all of them take stands here once.',
    `\`\`\`text\n${helpOf(program)}\n\`\`\``,
    ...parts,
  );
}

function verbsOf(command: Command, before = ''): readonly { name: string; help: string }[] {
  return command.commands.flatMap((one) => {
    const name = `${before}${one.name()}`;
    return [{ name, help: helpOf(one) }, ...verbsOf(one, `${name} `)];
  });
}

/** The help at a width that does not depend on the terminal, without the options that all have. */
function helpOf(command: Command): string {
  let written = '';
  command.configureHelp({ helpWidth: 110, showGlobalOptions: false });
  command.configureOutput({ writeOut: (text) => (written += text), getOutHelpWidth: () => 110 });
  command.outputHelp();
  return written.trimEnd();
}

function table(rows: readonly KeyRow[]): string {
  const lines = rows.map(
    ({ key, type, usual, description }) =>
      `| \`${key}\` | ${cell(type)} | ${usual === '' || usual === 'required' ? usual : `\`${cell(usual)}\``} | ${cell(description)} |`,
  );
  return ['| key | type | default | what it is |', '|---|---|---|---|', ...lines].join('\n');
}

function cell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('<', '&lt;');
}
