import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { productionSchema } from '@consort/core';
import type { Command } from 'commander';
import { builtInComponents, ownComponents } from '../components-of.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { note, printJson } from '../terminal/print.ts';

/** Adds `production schema`. */
export function addSchema(program: Command): void {
  program
    .command('schema')
    .description(
      'print the JSON Schema of production files, with the components that come along and those of this file, for editors',
    )
    .option('-o, --output <file>', 'write it there instead')
    .addHelpText('after', examples)
    .action(async (_options: object, command: Command) => {
      await schema(command.optsWithGlobals());
    });
}

const examples = `
Example:
  production schema -o .production/schema.json
and as the first line of production.yaml, for editors with the YAML language server:
  # yaml-language-server: $schema=.production/schema.json`;

async function schema(options: GlobalOptions & { readonly output?: string }): Promise<void> {
  const { productionFile } = locate(options);
  const own = existsSync(productionFile) ? await ownComponents(productionFile) : [];
  const all = [...(await builtInComponents()), ...own];
  const made = productionSchema(
    Object.fromEntries(all.map(({ name, component }) => [name, component])),
  );
  if (options.output === undefined) {
    printJson(made);
    return;
  }
  await writeFile(options.output, `${JSON.stringify(made, undefined, 2)}\n`);
  note(`${options.output} has the schema of ${all.length} components`);
}
