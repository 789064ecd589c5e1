import type { CharacterSets } from './character-sets.ts';
import { setOfEscape, type GraphicSet } from './graphic-sets.ts';

/** What ends a switch of sets in a text, and what does so in a person name (PS3.5 section 6.1.2.5.3). */
export const delimiters = { text: '\\\r\n\f\t', personName: '\\\r\n\f\t^=' } as const;

export type Delimiters = (typeof delimiters)[keyof typeof delimiters];

/**
 * The text of bytes in the character sets of their data set, its escape sequences followed (PS3.5 section 6.1.2.5).
 * Bytes that are no character of their set become U+FFFD; bytes above 0x7F that no set is there for are read as Latin 1.
 */
export function decodeText(bytes: Buffer, sets: CharacterSets, delimiting: Delimiters): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (sets.whole) return decoderOf(sets.whole).decode(bytes);
  let { lower, upper } = sets;
  let text = '';
  for (let position = 0; position < bytes.length;) {
    const byte = bytes[position]!;
    if (byte === escape) {
      const set = setOfEscape(bytes.toString('latin1', position + 1, position + 4));
      if (set?.half === 0) lower = set;
      if (set?.half === 1) upper = set;
      text += set ? '' : '\uFFFD';
      position += 1 + (set?.escape.length ?? 0);
    } else if (byte < 0x80 && lower.width === 2 && byte > space) {
      const end = runEnd(bytes, position, (other) => other > space && other < 0x80);
      text += decodeRun(bytes.subarray(position, end), lower);
      position = end;
    } else if (byte < 0x80) {
      // A writer that does not switch back before a delimiter has done so all the same.
      if (byte < space || delimiting.includes(String.fromCharCode(byte))) ({ lower, upper } = sets);
      text += String.fromCharCode(byte);
      position += 1;
    } else {
      const end = runEnd(bytes, position, (other) => other >= 0x80);
      const run = bytes.subarray(position, end);
      text += upper ? decodeRun(run, upper) : run.toString('latin1');
      position = end;
    }
  }
  return text;
}

/** Says whether bytes are the same text in every character set. */
export function isAscii(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte >= 0x80 || byte === escape) return false;
  return true;
}

/** The decoder of an encoding of the WHATWG; it replaces what it cannot decode. */
export function decoderOf(encoding: string): Decoder {
  let decoder = decoders.get(encoding);
  if (!decoder) decoders.set(encoding, (decoder = new TextDecoder(encoding, { ignoreBOM: true })));
  return decoder;
}

type Decoder = InstanceType<typeof TextDecoder>;

const decoders = new Map<string, Decoder>();
const escape = 0x1b;
const space = 0x20;

function runEnd(bytes: Buffer, start: number, belongs: (byte: number) => boolean): number {
  let end = start + 1;
  while (end < bytes.length && belongs(bytes[end]!)) end += 1;
  return end;
}

function decodeRun(run: Buffer, { encoding, width, prefix }: GraphicSet): string {
  // Not by a decoder: what the WHATWG calls Latin 1 is windows-1252.
  if (encoding === 'latin1') return run.toString('latin1');
  if (width === 1) return decoderOf(encoding).decode(run);
  const bytes: number[] = [];
  for (let at = 0; at < run.length; at += 2) {
    if (prefix !== undefined) bytes.push(prefix);
    for (const byte of run.subarray(at, at + 2)) bytes.push(byte | 0x80);
  }
  return decoderOf(encoding).decode(Buffer.from(bytes));
}
