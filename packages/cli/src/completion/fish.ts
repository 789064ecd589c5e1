import type { Completed, CompletedVerb } from './completions.ts';

/** A completion script for fish. */
export function fishScript(verbs: readonly CompletedVerb[]): string {
  const names = verbs.map(({ name }) => name).join(' ');
  return `# fish completion of production: production completion fish > ~/.config/fish/completions/production.fish
function __production_values
    set -l words (commandline -opc)
    set -l location
    for i in (seq 2 (math (count $words) - 1))
        if contains -- $words[$i] -p --production --data
            set -a location $words[$i] $words[(math $i + 1)]
        end
    end
    $words[1] completion values $argv[1] $location 2>/dev/null
end
complete -c production -f
${verbs.map(({ name, description }) => `complete -c production -n 'not __fish_seen_subcommand_from ${names}' -a ${name} -d ${quoted(description)}`).join('\n')}
${verbs.flatMap(linesOf).join('\n')}`;
}

function linesOf({ name, options, argument }: CompletedVerb): readonly string[] {
  const begin = `complete -c production -n '__fish_seen_subcommand_from ${name}'`;
  return [
    ...options.map(({ flags, description, value }) => {
      const spelt = flags.map((flag) =>
        flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
      );
      const offered = value === undefined ? '' : ` -r${offer(value)}`;
      return `${begin} ${spelt.join(' ')}${offered} -d ${quoted(description)}`;
    }),
    ...(argument === 'nothing' ? [] : [`${begin}${offer(argument)}`]),
  ];
}

function offer(value: Completed): string {
  if (value === 'nothing') return '';
  if (value === 'files') return ' -F';
  if (typeof value === 'string') return ` -a '(__production_values ${value})'`;
  return ` -a ${quoted(value.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
