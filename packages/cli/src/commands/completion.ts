import { Argument, type Command } from 'commander';
import { kindsOfValues, valuesOf } from '../completion/values.ts';
import type { GlobalOptions } from '../location.ts';
import { print } from '../terminal/print.ts';

type Shell = 'bash' | 'zsh' | 'fish';

/** Adds `production completion`. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script by which a shell completes verbs, options, hosts and sessions')
    .addArgument(
      new Argument('<shell>', 'values KIND is what the scripts call: the names it offers').choices([
        'bash',
        'zsh',
        'fish',
        'values',
      ]),
    )
    .addArgument(new Argument('[kind]', 'of values').choices(kindsOfValues))
    .addHelpText('after', examples)
    .action(
      async (
        shell: Shell | 'values',
        kind: (typeof kindsOfValues)[number] | undefined,
        _options: object,
        command: Command,
      ) => {
        if (shell !== 'values') print(await scriptOf(shell));
        else {
          const values = await valuesOf(kind ?? 'hosts', command.optsWithGlobals<GlobalOptions>());
          if (values.length > 0) print(values.join('\n'));
        }
      },
    );
}

const examples = `
Examples:
  source <(production completion bash)      in ~/.bashrc
  source <(production completion zsh)       in ~/.zshrc, after compinit
  production completion fish > ~/.config/fish/completions/production.fish`;

async function scriptOf(shell: Shell): Promise<string> {
  // Imported here: the values of a script are asked for at each key, and need no other verb.
  const { createProgram } = await import('../program.ts');
  const { completionsOf } = await import('../completion/completions.ts');
  const verbs = completionsOf(await createProgram([]));
  if (shell === 'bash') return (await import('../completion/bash.ts')).bashScript(verbs);
  if (shell === 'zsh') return (await import('../completion/zsh.ts')).zshScript(verbs);
  return (await import('../completion/fish.ts')).fishScript(verbs);
}
