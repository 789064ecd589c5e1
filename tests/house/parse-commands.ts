import { CommanderError, type Command } from 'commander';
import { createProgram } from '../../packages/cli/src/program.ts';
import { everyCommand } from './every-command.ts';

// Reads command lines of `production`, each a JSON list of words, and says of each that does not parse why. Nothing is run.
const lines = JSON.parse(process.argv[2]!) as readonly (readonly string[])[];
const wrong: { readonly line: string; readonly why: string }[] = [];
for (const words of lines) {
  // A program keeps what it has parsed: a new one for each.
  const program = await createProgram(words);
  for (const command of everyCommand(program)) disarm(command);
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    const isHelp = error instanceof CommanderError && error.exitCode === 0;
    if (!isHelp) wrong.push({ line: words.join(' '), why: (error as Error).message });
  }
}
process.stdout.write(JSON.stringify(wrong));

function disarm(command: Command): void {
  command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  if (command.commands.length === 0) command.action(() => undefined);
}
