import type { YAMLError } from 'yaml';
import type { Report } from './report.ts';

// After the first few, mistakes of syntax are mostly consequences of each other.
const most = 10;

/**
 * Reports what the YAML parser found, one mistake a line, and says whether the rest can still be
 * checked: it can with a key given twice or a tag unknown.
 */
export function reportSyntax(
  text: string,
  errors: readonly YAMLError[],
  report: Report,
): 'readable' | 'unreadable' {
  const lines = new Set<number>();
  for (const error of errors) {
    const at = Math.min(error.pos[0], text.length);
    const line = text.lastIndexOf('\n', at - 1) + 1;
    if (lines.has(line) || lines.size >= most) continue;
    lines.add(line);
    const { message, suggestion } = wordingOf(error, text, at, line);
    const code = error.code === 'DUPLICATE_KEY' ? 'KEY_REPEATED' : 'YAML_INVALID';
    report.error(code, at, message, suggestion);
  }
  if (errors.every((error) => harmless.has(error.code))) return 'readable';
  hideWhatLooksSecret(text, report);
  return 'unreadable';
}

const harmless = new Set<string>(['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED']);

function wordingOf(error: YAMLError, text: string, at: number, line: number) {
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^("[^"\n]*"|'[^'\n]*'|[^:\n]*)/.exec(text.slice(at, at + 200))?.[0].trim() ?? '';
    return { message: `the key ${key} is given a second time here` };
  }
  if (error.code === 'RESOURCE_EXHAUSTION') return { message: 'this is nested too deeply' };
  if (error.code === 'MULTIPLE_DOCS') {
    return { message: 'a second YAML document begins here; a production file has one' };
  }
  const variable = /\$\{[^}\n]*\}?/.exec(text.slice(line, text.indexOf('\n', at) + 1 || undefined));
  if (variable) {
    return {
      message: `not valid YAML: ${error.message}; inside { } and [ ], and with ": " in it, a \${...} must stand in quotes`,
      suggestion: `"${variable[0]}"`,
    };
  }
  return { message: `not valid YAML: ${error.message}` };
}

// Which settings are secret is the components' to say, and this file does not get as far as them.
function hideWhatLooksSecret(text: string, report: Report): void {
  const value = /(?:passw|secret|token|credential|api-?key)[^:\n]*:[ \t]*([^\n]+)/gi;
  for (const match of text.matchAll(value)) {
    const end = match.index + match[0].length;
    report.hide(end - match[1]!.length, end);
  }
}
