import { ascii, graphicSets, romaji, type GraphicSet } from './graphic-sets.ts';

/** How the texts of a data set are encoded: what its Specific Character Set (0008,0005) says. */
export interface CharacterSets {
  /** The one encoding of all texts, which switches nothing: UTF-8, GB18030, GBK. */
  readonly whole?: 'utf-8' | 'gb18030' | 'gbk';
  /** The sets a text begins with, and returns to after each delimiter (PS3.5 section 6.1.2.5.3). */
  readonly lower: GraphicSet;
  readonly upper?: GraphicSet;
  /** The sets that escape sequences may switch to. */
  readonly others: readonly GraphicSet[];
}

/**
 * Reads the value of (0008,0005) (PS3.3 section C.12.1.1.2): the terms of all its values, with a backslash between.
 * Spellings that are in use are understood: `ISO-IR 100`, `ISO_2022_IR_100`. A term nobody knows is the default repertoire.
 */
export function characterSetsOf(value: string): CharacterSets {
  const [first = '', ...rest] = value.split('\\').map((term) => term.trim());
  const whole = wholeEncodings[first.toUpperCase()];
  if (whole) return { whole, lower: ascii, others: [] };
  const initial = setOf(first);
  const upper = initial?.half === 1 ? initial : undefined;
  const others = [...(upper ? [upper] : []), ...rest.flatMap((term) => setOf(term) ?? [])];
  if (initial?.width === 2 && initial.half === 0) others.unshift(initial);
  return { lower: numberOf(first) === '13' ? romaji : ascii, ...(upper ? { upper } : {}), others };
}

/** The terms that a text is encoded in when it is not ASCII: those of the standard. */
export const defaultCharacterSets: CharacterSets = { lower: ascii, others: [] };

const wholeEncodings: Readonly<Record<string, CharacterSets['whole']>> = {
  'ISO_IR 192': 'utf-8',
  'ISO-IR 192': 'utf-8',
  'ISO IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

function setOf(term: string): GraphicSet | undefined {
  return graphicSets.get(numberOf(term) ?? '');
}

function numberOf(term: string): string | undefined {
  return /^ISO[ _-](?:2022[ _-])?IR[ _-](\d+)$/i.exec(term)?.[1];
}
