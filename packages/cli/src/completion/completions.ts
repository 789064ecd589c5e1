import type { Argument, Command, Option } from 'commander';

/** What a value may be: words that are known, files, or what `production completion values KIND` prints. */
export type Completed = readonly string[] | 'files' | 'hosts' | 'sessions' | 'messages' | 'nothing';

/** A verb as a shell completes it. */
export interface CompletedVerb {
  readonly name: string;
  readonly description: string;
  readonly options: readonly {
    /** `-p`, `--production`. */
    readonly flags: readonly string[];
    readonly description: string;
    /** Absent for a switch. */
    readonly value?: Completed;
  }[];
  /** Of its arguments, all alike. */
  readonly argument: Completed;
}

/** What a shell needs to know of the program: its verbs, each with its own options and those that every verb has. */
export function completionsOf(program: Command): readonly CompletedVerb[] {
  const help = { flags: ['-h', '--help'], description: 'display help' };
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [...command.options, ...program.options.filter(isForVerbs)].map(optionOf).concat(help),
    argument: argumentOf(command),
  }));
}

/** The cases of bash and zsh for what follows an option of a verb. */
export function valueCases(
  { name, options }: CompletedVerb,
  offer: (value: Completed) => string,
): readonly string[] {
  return options.flatMap(({ flags, value }) => {
    if (value === undefined || flags.includes('--production') || flags.includes('--data'))
      return [];
    return [
      `    ${flags.map((flag) => `"${name} ${flag}"`).join(' | ')}) ${offer(value)}; return ;;`,
    ];
  });
}

function isForVerbs({ long }: Option): boolean {
  return long !== '--version';
}

function optionOf(option: Option): CompletedVerb['options'][number] {
  const { short, long, description, argChoices, required, optional } = option;
  return {
    flags: [short, long].filter((flag) => flag !== undefined && flag !== null),
    description,
    ...((required || optional) && { value: argChoices ?? kindOf(option.flags) }),
  };
}

function argumentOf(command: Command): Completed {
  const [first] = command.registeredArguments;
  if (command.commands.length > 0) return command.commands.map((inner) => inner.name());
  return first ? (first.argChoices ?? kindOfArgument(first)) : 'nothing';
}

function kindOfArgument(argument: Argument): Completed {
  return kindOf(argument.name());
}

/** By the word that stands for the value in the help. */
function kindOf(words: string): Completed {
  if (/host\b(?!:)/i.test(words)) return 'hosts';
  if (/session/i.test(words)) return 'sessions';
  if (/message/i.test(words)) return 'messages';
  if (/file|director|path|folder/i.test(words)) return 'files';
  return 'nothing';
}
