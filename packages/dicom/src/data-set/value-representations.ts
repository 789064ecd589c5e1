/** What PS3.5 section 6.2 says of a VR. */
export interface ValueRepresentation {
  /** `text`: in the character sets of the data set; `plain`: in the default repertoire; `number`; `bytes`; `sequence`. */
  readonly kind: 'text' | 'plain' | 'number' | 'bytes' | 'sequence';
  /** Whether a backslash stands between several values. */
  readonly isMultiple: boolean;
  /** Bytes of a number, or of a word of bytes whose order depends on the transfer syntax. */
  readonly width: 1 | 2 | 4 | 8;
  /** Characters of one value of text; Infinity where only the element's length is a limit. */
  readonly longest: number;
  /** What one value has to look like. */
  readonly form?: RegExp;
  /** What it has to look like as a key of a query (PS3.4 section C.2.2.2), where that is more. */
  readonly queryForm?: RegExp;
  /** What it has nowhere: for texts of any length, which a form would have to be matched against as a whole. */
  readonly forbidden?: RegExp;
  /** The form in words, for an error. */
  readonly formWords?: string;
}

/** What is known of a VR; one we do not know is bytes. */
export function representationOf(vr: string): ValueRepresentation {
  return representations.get(vr) ?? bytes(1);
}

const date = String.raw`\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])`;
const time = String.raw`([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?`;
const dateTime = String.raw`\d{4}((0[1-9]|1[0-2])((0[1-9]|[12]\d|3[01])(([01]\d|2[0-3])([0-5]\d([0-5]\d|60)?(\.\d{1,6})?)?)?)?)?([+-]\d{4})?`;

const representations: ReadonlyMap<string, ValueRepresentation> = new Map([
  ['AE', plain(16, /^[ -[\]-~]*$/, 'printable ASCII without a backslash')],
  ['AS', plain(4, /^\d{3}[DWMY]$/, 'like 018M')],
  ['AT', number(4)],
  ['CS', plain(16, /^[A-Z0-9 _]*$/, 'capitals, digits, spaces and underscores', /^[A-Z0-9 _*?]*$/)],
  ['DA', plain(8, exactly(date), 'YYYYMMDD', rangeOf(date))],
  ['DS', plain(16, /^ *[+-]?(\d+\.?\d*|\.\d+)([Ee][+-]?\d+)? *$/, 'a decimal number')],
  ['DT', plain(26, exactly(dateTime), 'YYYYMMDDHHMMSS.FFFFFF&ZZXX', rangeOf(dateTime))],
  ['FD', number(8)],
  ['FL', number(4)],
  ['IS', plain(12, /^ *[+-]?\d+ *$/, 'an integer')],
  ['LO', text(64, true)],
  ['LT', text(10_240, false)],
  ['OB', bytes(1)],
  ['OD', bytes(8)],
  ['OF', bytes(4)],
  ['OL', bytes(4)],
  ['OV', bytes(8)],
  ['OW', bytes(2)],
  ['PN', text(64, true)],
  ['SH', text(16, true)],
  ['SL', number(4)],
  ['SQ', { kind: 'sequence', isMultiple: false, width: 1, longest: Infinity }],
  ['SS', number(2)],
  ['ST', text(1024, false)],
  ['SV', number(8)],
  ['TM', plain(14, exactly(time), 'HHMMSS.FFFFFF', rangeOf(time))],
  ['UC', text(Infinity, true)],
  [
    'UI',
    plain(
      64,
      /^(0|[1-9]\d*)(\.(0|[1-9]\d*))*$/,
      'numbers without leading zeros, with dots between',
    ),
  ],
  ['UL', number(4)],
  ['UN', bytes(1)],
  ['UR', { ...text(Infinity, false), kind: 'plain', forbidden: /[^!-~]/ }],
  ['US', number(2)],
  ['UT', text(Infinity, false)],
  ['UV', number(8)],
]);

function plain(
  longest: number,
  form: RegExp,
  formWords: string,
  queryForm?: RegExp,
): ValueRepresentation {
  const query = queryForm ? { queryForm } : {};
  return { kind: 'plain', isMultiple: true, width: 1, longest, form, formWords, ...query };
}

function text(longest: number, isMultiple: boolean): ValueRepresentation {
  return { kind: 'text', isMultiple, width: 1, longest };
}

function number(width: 2 | 4 | 8): ValueRepresentation {
  return { kind: 'number', isMultiple: true, width, longest: Infinity };
}

function bytes(width: 1 | 2 | 4 | 8): ValueRepresentation {
  return { kind: 'bytes', isMultiple: false, width, longest: Infinity };
}

function exactly(pattern: string): RegExp {
  return new RegExp(`^${pattern} *$`);
}

/** PS3.4 section C.2.2.2.5: a value, or a range that may be open on one side. */
function rangeOf(pattern: string): RegExp {
  return new RegExp(`^(${pattern}|${pattern}-|-${pattern}|${pattern}-${pattern}) *$`);
}
