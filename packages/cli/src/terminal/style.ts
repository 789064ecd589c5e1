import { styleText } from 'node:util';

/** Colours a text for stdout; leaves it plain where stdout is no terminal or NO_COLOR is set. */
export function style(format: Parameters<typeof styleText>[0], text: string): string {
  return styleText(format, text, { stream: process.stdout });
}

/** Colours a text for stderr. */
export function styleForError(format: Parameters<typeof styleText>[0], text: string): string {
  return styleText(format, text, { stream: process.stderr });
}
