import type { CharacterSets } from './character-sets.ts';
import { decoderOf, type Delimiters } from './decode-text.ts';
import { ascii, type GraphicSet } from './graphic-sets.ts';

/**
 * The bytes of a text in the character sets of its data set, with the escape sequences it needs
 * (PS3.5 section 6.1.2.5.3); undefined when it has a character that none of the sets has.
 */
export function encodeText(
  text: string,
  sets: CharacterSets,
  delimiting: Delimiters,
): Buffer | undefined {
  if (!/[\x1b\x80-\uffff]/.test(text)) return Buffer.from(text, 'latin1');
  if (!text.isWellFormed() || text.includes('\x1b')) return undefined;
  if (sets.whole === 'utf-8') return Buffer.from(text, 'utf8');
  return sets.whole ? encodeWhole(text, sets.whole) : encodeSwitching(text, sets, delimiting);
}

function encodeWhole(text: string, encoding: 'gb18030' | 'gbk'): Buffer | undefined {
  const parts: Buffer[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const bytes =
      code < 0x80
        ? Buffer.of(code)
        : (twoByteCodes('gbk', 0x40).get(character) ??
          (encoding === 'gb18030' ? fourBytes(character, code) : undefined));
    if (!bytes) return undefined;
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

function encodeSwitching(
  text: string,
  sets: CharacterSets,
  delimiting: Delimiters,
): Buffer | undefined {
  const parts: Buffer[] = [];
  let { lower, upper } = sets;
  const toLower = (set: GraphicSet) => {
    if (lower !== set) parts.push(Buffer.from(`\x1b${set.escape}`, 'latin1'));
    lower = set;
  };
  for (const character of text) {
    if (character < '\x80') {
      toLower(sets.lower.width === 1 ? sets.lower : ascii);
      if (delimiting.includes(character)) upper = sets.upper;
      parts.push(Buffer.from(character, 'latin1'));
      continue;
    }
    const set = [...(upper ? [upper] : []), ...sets.others].find((one) =>
      codes(one).has(character),
    );
    if (!set) return undefined;
    if (set.half === 0) toLower(set);
    else if (upper !== set) parts.push(Buffer.from(`\x1b${set.escape}`, 'latin1'));
    if (set.half === 1) upper = set;
    parts.push(codes(set).get(character)!);
  }
  toLower(sets.lower);
  return Buffer.concat(parts);
}

/** The bytes of each character of a set. */
function codes({ encoding, half, width, prefix }: GraphicSet): ReadonlyMap<string, Buffer> {
  if (width === 1) return oneByteCodes(encoding);
  const upperCodes = twoByteCodes(encoding, 0xa1, prefix);
  if (half === 1) return upperCodes;
  return remembered(`${encoding} ${prefix} lower`, () =>
    [...upperCodes].map(([character, bytes]) => [
      character,
      Buffer.from(bytes.map((byte) => byte & 0x7f)),
    ]),
  );
}

function oneByteCodes(encoding: string): ReadonlyMap<string, Buffer> {
  return remembered(encoding, () =>
    range(0xa0, 0xff).map((byte) => {
      const bytes = Buffer.of(byte);
      return [
        encoding === 'latin1' ? bytes.toString('latin1') : decoderOf(encoding).decode(bytes),
        bytes,
      ];
    }),
  );
}

function twoByteCodes(
  encoding: string,
  firstTrail: number,
  prefix?: number,
): ReadonlyMap<string, Buffer> {
  return remembered(`${encoding} ${firstTrail} ${prefix}`, () =>
    range(firstTrail === 0xa1 ? 0xa1 : 0x81, 0xfe).flatMap((lead) =>
      range(firstTrail, 0xfe).map((trail) => {
        const bytes = Buffer.of(lead, trail);
        const encoded = prefix === undefined ? bytes : Buffer.of(prefix, lead, trail);
        return [decoderOf(encoding).decode(encoded), bytes] as const;
      }),
    ),
  );
}

/** A character of GB18030 that GBK does not have. */
function fourBytes(character: string, code: number): Buffer | undefined {
  if (code >= 0x10000) return fourByteCode(0x90 - 0x81, code - 0x10000);
  return remembered('gb18030 four bytes', () =>
    range(0, 4 * 12_600 - 1).map((index) => {
      const bytes = fourByteCode(0, index);
      return [decoderOf('gb18030').decode(bytes), bytes] as const;
    }),
  ).get(character);
}

function fourByteCode(lead: number, index: number): Buffer {
  return Buffer.of(
    0x81 + lead + Math.floor(index / 12_600),
    0x30 + (Math.floor(index / 1260) % 10),
    0x81 + (Math.floor(index / 10) % 126),
    0x30 + (index % 10),
  );
}

const tables = new Map<string, ReadonlyMap<string, Buffer>>();

/** A table is made when a text first needs it: a few milliseconds, once. */
function remembered(
  name: string,
  entries: () => readonly (readonly [string, Buffer])[],
): ReadonlyMap<string, Buffer> {
  let table = tables.get(name);
  if (!table) {
    // Bytes that are no character decode to U+FFFD or to more than one; of two codes the first counts.
    const good = entries().filter(([text]) => text !== '\uFFFD' && Array.from(text).length === 1);
    tables.set(name, (table = new Map(good.toReversed())));
  }
  return table;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
