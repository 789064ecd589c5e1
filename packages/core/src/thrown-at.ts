import { fileURLToPath } from 'node:url';

/** A place in a source file. Lines and columns begin at 1. */
export interface SourcePlace {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Where in an author's source an error was thrown: the first call of its stack that is neither Node's, nor ours, nor of
 * a package, or of its cause's; for a text that is no JavaScript or TypeScript, where it is none.
 * Undefined when no author's source is in it.
 */
export function thrownAt(error: unknown): SourcePlace | undefined {
  if (!(error instanceof Error)) return undefined;
  const stack = typeof error.stack === 'string' ? error.stack : '';
  return mistakeIn(stack) ?? callIn(stack) ?? thrownAt(error.cause);
}

/** The folder that holds our packages, wherever they are installed. */
const ours = fileURLToPath(new URL('../../', import.meta.url));

/** Node writes the place of a mistake before the stack: the file and line, the text of the line, a caret below. */
function mistakeIn(stack: string): SourcePlace | undefined {
  const [, file = '', line, indent] = /^(\S.*):(\d+)\n.*\n( *)\^/.exec(stack) ?? [];
  return indent === undefined ? undefined : placeOf(file, line, indent.length + 1);
}

/** A line of a stack that names a file by its path or its URL. */
const own = /(?:\(|\bat (?:async )?)((?:file:\/\/)?\/[^()]*):(\d+):(\d+)\)?$/;

function callIn(stack: string): SourcePlace | undefined {
  for (const call of stack.split('\n')) {
    const [, file = '', line, column] = call.match(own) ?? [];
    const place = column === undefined ? undefined : placeOf(file, line, Number(column));
    if (place) return place;
  }
  return undefined;
}

/** Where a file is an author's. A module that was loaded again has a version behind its URL. */
function placeOf(url: string, line: string | undefined, column: number): SourcePlace | undefined {
  const path = url.replace(/\?version=\d+$/, '');
  const file = path.startsWith('file:') ? fileURLToPath(path) : path;
  if (file.includes('/node_modules/') || file.startsWith(ours)) return undefined;
  return { file, line: Number(line), column };
}
