/** A set of characters that an escape sequence switches to (PS3.3 tables C.12-2 to C.12-4). */
export interface GraphicSet {
  /** What follows ESC in its escape sequence. */
  readonly escape: string;
  /** Where it stands: 0 in the bytes below 0x80, 1 in those above. */
  readonly half: 0 | 1;
  /** Bytes of a character. */
  readonly width: 1 | 2;
  /** The name that the WHATWG gives an encoding which has the set in its upper half. */
  readonly encoding: string;
  /** A byte that comes before each character in that encoding, though not in DICOM. */
  readonly prefix?: number;
}

/** ISO IR 6, the default repertoire. */
export const ascii: GraphicSet = { escape: '(B', half: 0, width: 1, encoding: 'ascii' };

/** ISO IR 14, which differs from ASCII in what a yen sign and an overline look like. */
export const romaji: GraphicSet = { escape: '(J', half: 0, width: 1, encoding: 'ascii' };

/** The sets by the number in their defined term: `ISO_IR 100`, `ISO 2022 IR 100`. */
export const graphicSets: ReadonlyMap<string, GraphicSet> = new Map([
  ['6', ascii],
  ['13', upper(')I', 'shift_jis')],
  ['100', upper('-A', 'latin1')],
  ['101', upper('-B', 'iso-8859-2')],
  ['109', upper('-C', 'iso-8859-3')],
  ['110', upper('-D', 'iso-8859-4')],
  ['144', upper('-L', 'iso-8859-5')],
  ['127', upper('-G', 'iso-8859-6')],
  ['126', upper('-F', 'iso-8859-7')],
  ['138', upper('-H', 'iso-8859-8')],
  ['148', upper('-M', 'iso-8859-9')],
  ['203', upper('-b', 'iso-8859-15')],
  ['166', upper('-T', 'windows-874')],
  ['87', { escape: '$B', half: 0, width: 2, encoding: 'euc-jp' }],
  ['159', { escape: '$(D', half: 0, width: 2, encoding: 'euc-jp', prefix: 0x8f }],
  ['149', { escape: '$)C', half: 1, width: 2, encoding: 'euc-kr' }],
  ['58', { escape: '$)A', half: 1, width: 2, encoding: 'gbk' }],
]);

/** The set of an escape sequence at the beginning of `text`, which follows ESC. */
export function setOfEscape(text: string): GraphicSet | undefined {
  return byEscape.find(([escape]) => text.startsWith(escape))?.[1];
}

const byEscape: readonly (readonly [string, GraphicSet])[] = [
  ...[...graphicSets.values(), romaji].map((set) => [set.escape, set] as const),
  // JIS C 6226-1978, the forerunner of ISO IR 87, which old modalities still name.
  ['$@', graphicSets.get('87')!],
];

function upper(escape: string, encoding: string): GraphicSet {
  return { escape, half: 1, width: 1, encoding };
}
