import { valueCases, type Completed, type CompletedVerb } from './completions.ts';

/** A completion script for zsh. */
export function zshScript(verbs: readonly CompletedVerb[]): string {
  return `#compdef production
# zsh completion of production; in ~/.zshrc, after compinit: source <(production completion zsh)
_production_values() {
  local -a found location
  local i
  for ((i = 2; i < CURRENT; i++)); do
    case "\${words[i]}" in
      -p | --production | --data) location+=("\${words[i]}" "\${(Q)words[i + 1]}") ;;
    esac
  done
  found=("\${(@f)$("\${words[1]}" completion values "$1" "\${location[@]}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  compadd -a found
}
_production() {
  local verb="" i
  for ((i = 2; i < CURRENT; i++)); do
    case "\${words[i]}" in
      -p | --production | --data) ((i++)) ;;
      -*) ;;
      *) [[ -z $verb ]] && verb="\${words[i]}" ;;
    esac
  done
  case "\${words[CURRENT - 1]}" in -p | --production | --data) _files; return ;; esac
  if [[ -z $verb ]]; then
    local -a verbs=(
${verbs.map(({ name, description }) => `      ${quoted(`${name}:${description}`)}`).join('\n')}
    )
    _describe verb verbs
    return
  fi
  case "$verb \${words[CURRENT - 1]}" in
${verbs.flatMap((verb) => valueCases(verb, offer)).join('\n')}
  esac
  case "$verb" in
${verbs.map(verbCase).join('\n')}
  esac
}
compdef _production production`;
}

function verbCase({ name, options, argument }: CompletedVerb): string {
  const described = options.flatMap(({ flags, description }) =>
    flags.map((flag) => quoted(`${flag}:${description}`)),
  );
  return `    ${name})
      if [[ \${words[CURRENT]} == -* ]]; then
        local -a options=(${described.join(' ')})
        _describe option options
      else
        ${offer(argument)}
      fi ;;`;
}

function offer(value: Completed): string {
  if (value === 'nothing') return ':';
  if (value === 'files') return '_files';
  if (typeof value === 'string') return `_production_values ${value}`;
  return `compadd ${value.map(quoted).join(' ')}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
