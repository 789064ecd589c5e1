import { valueCases, type Completed, type CompletedVerb } from './completions.ts';

/** A completion script for bash. What it offers is never expanded: names come from a production file. */
export function bashScript(verbs: readonly CompletedVerb[]): string {
  return `# bash completion of production; in ~/.bashrc: source <(production completion bash)
_production_offer() {
  local word
  for word in "$@"; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
  done
}
_production_values() {
  local word
  while IFS= read -r word; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$(printf %q "$word")")
  done < <("\${COMP_WORDS[0]}" completion values "$1" "\${location[@]}" 2>/dev/null)
}
_production_files() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
  compopt -o filenames 2>/dev/null
}
_production() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" verb="" word i
  local -a location=()
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in
      -p | --production | --data)
        if ((i + 1 < COMP_CWORD)); then location+=("$word" "\${COMP_WORDS[i + 1]}"); fi
        ((i++)) ;;
      -*) ;;
      *) [[ -z $verb ]] && verb="$word" ;;
    esac
  done
  case "$prev" in -p | --production | --data) _production_files; return ;; esac
  if [[ -z $verb ]]; then
    _production_offer ${verbs.map(({ name }) => name).join(' ')} -p --production --data --help --version
    return
  fi
  case "$verb $prev" in
${verbs.flatMap((verb) => valueCases(verb, offer)).join('\n')}
  esac
  case "$verb" in
${verbs.map(verbCase).join('\n')}
  esac
}
complete -F _production production`;
}

function verbCase({ name, options, argument }: CompletedVerb): string {
  const flags = options.flatMap((option) => option.flags).join(' ');
  return `    ${name}) if [[ $cur == -* ]]; then _production_offer ${flags}; else ${offer(argument)}; fi ;;`;
}

function offer(value: Completed): string {
  if (value === 'nothing') return ':';
  if (value === 'files') return '_production_files';
  if (typeof value === 'string') return `_production_values ${value}`;
  return `_production_offer ${value.map((word) => `'${word}'`).join(' ')}`;
}
