import { readFile } from 'node:fs/promises';
import { root } from './root.ts';
import { markdownPages } from './user-texts.ts';

/** A block of code on a page. */
export interface CodeBlock {
  /** Page and line of its fence. */
  readonly where: string;
  /** What stands behind the fence: `sh`, `yaml`, `sh run`. */
  readonly info: string;
  readonly text: string;
}

/** The blocks of code of all pages but the generated ones. */
export async function codeBlocks(): Promise<readonly CodeBlock[]> {
  const pages = (await markdownPages()).filter((page) => !page.startsWith('docs/reference/'));
  const found = await Promise.all(
    pages.map(async (page) => blocksOf(page, await readFile(root(page), 'utf8'))),
  );
  return found.flat();
}

/** The blocks of code of a page. */
export function blocksOf(page: string, text: string): readonly CodeBlock[] {
  return [...text.matchAll(/^```([^\n]*)\n([^]*?)^```$/gm)].map((match) => ({
    where: `${page}:${text.slice(0, match.index).split('\n').length}`,
    info: match[1]!.trim(),
    text: match[2]!,
  }));
}

/** The command lines of `production` in a block, each as its words; those of a console stand behind `$`. */
export function commandsIn({ info, text }: CodeBlock): readonly (readonly string[])[] {
  const isConsole = info.startsWith('console');
  if (!isConsole && !/^(sh|bash|)( |$)/.test(info)) return [];
  const lines = text.replaceAll(/\\\n\s*/g, ' ').split('\n');
  return lines
    .filter((line) => !isConsole || /^\s*\$ /.test(line))
    .flatMap((line) => line.replace(/^\s*\$ /, '').split(/;|&&|\|(?!\w)|\$\(|\)$/))
    .map(wordsOf)
    .map((words) => words.slice(words.indexOf('production')))
    .filter(([first, second]) => first === 'production' && second !== undefined)
    .map((words) => words.slice(1));
}

/** The words of a shell's line, without its quotes, redirections and comment. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/'[^']*'|"[^"]*"|[^\s'"]+/g)) {
    if (/^(#|>|<|&$)/.test(word)) break;
    words.push(word.replaceAll(/^['"]|['"]$/g, ''));
  }
  return words;
}
