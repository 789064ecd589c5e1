/** What became of a text with `${VAR}` in it. */
export interface Interpolated {
  readonly text: string;
  /** The whole text was one `${...}`. */
  readonly whole: boolean;
  /** Some of it came from the environment, none of which stands in the file. */
  readonly fromEnvironment: boolean;
  readonly problems: readonly InterpolationProblem[];
}

/** One `${...}` that cannot be replaced. */
export interface InterpolationProblem {
  /** As it stands in the text. */
  readonly expression: string;
  readonly code: 'VARIABLE_UNSET' | 'VARIABLE_INVALID';
  readonly message: string;
  readonly suggestion?: string;
}

/**
 * Replaces variables as Compose does: `${VAR}`, `${VAR:-default}` (unset or empty), `${VAR-default}`
 * (unset), `${VAR:?message}` and `${VAR?message}` (required), `$$` for a dollar sign.
 * Stricter than Compose: an unset `${VAR}` is a problem, not an empty text, and so is `$VAR`.
 */
export function interpolate(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): Interpolated {
  const problems: InterpolationProblem[] = [];
  let result = '';
  let whole = false;
  let fromEnvironment = false;
  let index = 0;
  while (index < text.length) {
    const dollar = text.indexOf('$', index);
    if (dollar < 0) break;
    result += text.slice(index, dollar);
    if (text[dollar + 1] === '$') {
      result += '$';
      index = dollar + 2;
      continue;
    }
    const end = text[dollar + 1] === '{' ? closingBrace(text, dollar + 2) : -1;
    if (end < 0) {
      problems.push(loneDollar(text.slice(dollar, dollar + 100)));
      index = dollar + 1;
      // Behind a brace that nothing closes nobody can say what was meant.
      if (text[index] === '{') break;
      continue;
    }
    const expression = text.slice(dollar, end + 1);
    const replaced = replace(expression, environment);
    result += replaced.text;
    problems.push(...replaced.problems);
    fromEnvironment ||= replaced.fromEnvironment;
    whole = dollar === 0 && end === text.length - 1;
    index = end + 1;
  }
  return { text: result + text.slice(index), whole, fromEnvironment, problems };
}

// The `}` that ends a `${` opened just before `from`; a default may hold `${...}` again.
function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let index = from; index < text.length; index++) {
    if (text[index] === '$' && text[index + 1] === '$') index++;
    else if (text[index] === '$' && text[index + 1] === '{') depth++;
    else if (text[index] === '}' && --depth === 0) return index;
  }
  return -1;
}

function loneDollar(rest: string): InterpolationProblem {
  if (rest.startsWith('${')) {
    const message = 'a ${ has no } that closes it; write $${ for the text ${';
    return { expression: '${', code: 'VARIABLE_INVALID', message };
  }
  const name = /^\$([A-Za-z_]\w*)/.exec(rest)?.[1];
  if (name === undefined) {
    const message = 'a lone $ has no meaning here; write $$';
    return { expression: '$', code: 'VARIABLE_INVALID', message, suggestion: '$$' };
  }
  return {
    expression: `$${name}`,
    code: 'VARIABLE_INVALID',
    message: `$${name} is not replaced: write \${${name}} for the variable or $$${name} for the text`,
    suggestion: `\${${name}}`,
  };
}

type Replaced = Pick<Interpolated, 'text' | 'fromEnvironment' | 'problems'>;

function replace(
  expression: string,
  environment: Readonly<Record<string, string | undefined>>,
): Replaced {
  const match = /^([A-Za-z_]\w*)(?:(:?[-?])([^]*))?$/.exec(expression.slice(2, -1));
  if (!match) {
    return problem(
      'VARIABLE_INVALID',
      expression,
      `${shorten(expression)} is not understood; the forms are \${VAR}, \${VAR:-default}, \${VAR-default} and \${VAR:?message}`,
    );
  }
  const [, name = '', operator = '', rest = ''] = match;
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  const missing = value === undefined || (operator.startsWith(':') && value === '');
  if (!missing) return { text: value, fromEnvironment: true, problems: [] };
  if (operator.endsWith('-')) return interpolate(rest, environment);
  if (operator.endsWith('?')) {
    const said = rest === '' ? '' : `: ${rest}`;
    return problem(
      'VARIABLE_UNSET',
      expression,
      `the environment variable ${name} must be set${said}`,
    );
  }
  return problem(
    'VARIABLE_UNSET',
    expression,
    `the environment variable ${name} is not set and has no default`,
    `\${${name}:-default}`,
  );
}

function problem(
  code: InterpolationProblem['code'],
  expression: string,
  message: string,
  suggestion?: string,
): Replaced {
  const found = { expression, code, message, ...(suggestion !== undefined && { suggestion }) };
  return { text: '', fromEnvironment: false, problems: [found] };
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
