import { EngineError } from '@consort/core';
import type { Command } from 'commander';
import type { InitOptions } from '../init/plan-of.ts';
import type { Plan } from '../init/plan.ts';
import { print } from '../terminal/print.ts';
import { style } from '../terminal/style.ts';

const examples = `
What no option says is asked at the terminal.

Examples:
  production init my-production
  production init gateway --receive dicom --port 2010 --send dicom --to PACS2@10.0.0.7:104 --yes`;

/** Adds `production init`. */
export function addInit(program: Command): void {
  program
    .command('init')
    .description(
      'write a new production that works: its file, a process of its own with a test, sample images, containers',
    )
    .argument('[name]', 'the folder to write it into, which gives it its name')
    .option('--receive <way>', 'where images come from: dicom or folder')
    .option('--port <port>', 'dicom: the port to listen on (default: 2010)')
    .option('--local-aet <title>', 'dicom: its own AE title (default: CONSORT)')
    .option('--remote-aet <title>', 'dicom: the AE title that may send (default: PACS)')
    .option('--from <folder>', 'folder: the one that is watched (default: ./in)')
    .option('--send <way>', 'where they go: folder or dicom')
    .option(
      '--to <where>',
      'a folder (default: ./received) or AET@HOST:PORT (default: ORTHANC@127.0.0.1:4242)',
    )
    .option('--yes', 'ask nothing: what is not said is the default')
    .addHelpText('after', examples)
    .action(async (name: string | undefined, options: InitOptions & { readonly yes?: true }) => {
      await init(name, options);
    });
}

async function init(
  name: string | undefined,
  options: InitOptions & { readonly yes?: true },
): Promise<void> {
  // Imported here: the other verbs need nothing of it.
  const { planOf } = await import('../init/plan-of.ts');
  const { writeProduction } = await import('../init/write-production.ts');
  const person = options.yes ? undefined : await personAtTerminal();
  try {
    const plan = await planOf(name, options, person?.ask);
    print(draw(plan, await writeProduction(plan)));
  } finally {
    person?.close();
  }
}

async function personAtTerminal() {
  if (!process.stdin.isTTY) {
    throw new EngineError(
      'USAGE',
      'there is no terminal to ask at; say --yes to take the defaults for what no option says',
    );
  }
  const { askAtTerminal } = await import('../init/ask-at-terminal.ts');
  return askAtTerminal();
}

function draw({ folder, name, receive }: Plan, written: readonly string[]): string {
  const tryIt =
    receive.from === 'dicom' ? 'npx production send samples' : `cp samples/*.dcm ${receive.folder}`;
  return [
    style('green', `${name} is written:`),
    ...written.map((file) => `  ${file}`),
    'Next:',
    `  cd ${folder}`,
    '  npm install',
    '  npm run dev',
    'and in another terminal, there:',
    `  ${tryIt}`,
    '  npx production trace last',
  ].join('\n');
}
