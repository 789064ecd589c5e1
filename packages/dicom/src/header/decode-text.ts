const longestText = 256;

/**
 * The text of a value in the character sets of (0008,0005) (PS3.3 section C.12.1.1.2), padding and spaces
 * around it removed, control characters and what cannot be decoded replaced by U+FFFD, at most 256 characters.
 */
export function decodeText(bytes: Buffer, characterSets: string): string {
  const terms = characterSets
    .split('\\')
    .map((term) => term.trim().replace(/^ISO[ _-](2022[ _-])?IR[ _-]/, 'ISO_IR '));
  return tidy(decode(bytes, terms));
}

/** The text of a UID, a code string, or any value that has no character set of its own. */
export function decodeAscii(bytes: Buffer): string {
  return tidy(bytes.toString('latin1'));
}

function tidy(text: string): string {
  return text
    .replace(/^[ ]+/, '')
    .replace(/[ \0]+$/, '')
    .replaceAll(/\p{Cc}/gu, '\uFFFD')
    .slice(0, longestText);
}

function decode(bytes: Buffer, terms: readonly string[]): string {
  const [first = '', ...others] = terms;
  if (!bytes.includes(escape)) return new TextDecoder(encodings[first] ?? 'latin1').decode(bytes);
  // PS3.5 section 6.1.2.5: an escape sequence changes the set. Of the ways to do so these three are in use.
  if (others.includes('ISO_IR 149')) return withoutDesignation(bytes, ')C', 'euc-kr');
  if (others.includes('ISO_IR 58')) return withoutDesignation(bytes, ')A', 'gb18030');
  return new TextDecoder('iso-2022-jp').decode(bytes);
}

/** Text whose second set is designated once and then stands in the upper half. */
function withoutDesignation(bytes: Buffer, designation: string, encoding: string): string {
  const text = bytes.toString('latin1').replaceAll(`\x1b$${designation}`, '');
  return new TextDecoder(encoding).decode(Buffer.from(text, 'latin1'));
}

const escape = 0x1b;

// PS3.3 tables C.12-2 to C.12-5, by the names of the WHATWG; what is absent or not here is read as Latin 1.
const encodings: Readonly<Record<string, string>> = {
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 148': 'iso-8859-9',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 192': 'utf-8',
  'ISO_IR 203': 'iso-8859-15',
  GB18030: 'gb18030',
  GBK: 'gbk',
};
