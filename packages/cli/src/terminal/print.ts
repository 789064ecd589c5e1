/** Writes a result to stdout, with a line end. */
export function print(text: string): void {
  process.stdout.write(`${harmless(text)}\n`);
}

/** Writes what is not the result to stderr: progress, hints, errors. */
export function note(text: string): void {
  process.stderr.write(`${harmless(text)}\n`);
}

const colour = String.raw`\u001b\[[\d;]*m`;
const control = String.raw`[^\P{Cc}\n]`;
const unsafe = new RegExp(`${colour}|${control}`, 'gu');

/** Takes out what would steer the terminal, colours excepted: AE titles and names come from strangers. */
function harmless(text: string): string {
  return text.replace(unsafe, (found) => (found.length > 1 ? found : '?'));
}

/** Writes a result as JSON. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** Ends the process quietly when whoever reads stdout or stderr has gone: `production messages | head`. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      throw error;
    });
  }
}
