import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeWith } from '../../../../tests/house/peers.ts';
import { pydicom } from '../data-set/pydicom.fixture.ts';
import { characterSetsOf } from './character-sets.ts';
import { decodeText, delimiters } from './decode-text.ts';
import { encodeText } from './encode-text.ts';

/** Names in each character set of PS3.3 section C.12.1.1.2. */
const names: readonly (readonly [string, string])[] = [
  ['', 'Adams^John'],
  ['ISO_IR 13', 'ﾔﾏﾀﾞ^ﾀﾛｳ'],
  ['ISO_IR 100', 'Buc^Jérôme'],
  ['ISO_IR 101', 'Dvořák^Antonín'],
  ['ISO_IR 109', 'Ħaġar^Ġorġ'],
  ['ISO_IR 110', 'Ķēniņš^Ģirts'],
  ['ISO_IR 144', 'Люкceмбypг'],
  ['ISO_IR 127', 'قباني^لنزار'],
  ['ISO_IR 126', 'Διονυσιος'],
  ['ISO_IR 138', 'שרון^דבורה'],
  ['ISO_IR 148', 'Çavuşoğlu^İnşaat'],
  ['ISO_IR 166', 'ไทย^ภาษา'],
  ['ISO_IR 192', 'Wang^XiaoDong=王^小東=😀'],
  ['GB18030', 'Wang^XiaoDong=王^小东=𠀀'],
  ['GBK', 'Wang^XiaoDong=王^小东'],
  [String.raw`\ISO 2022 IR 87`, 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
  [String.raw`ISO 2022 IR 13\ISO 2022 IR 87`, 'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう'],
  [String.raw`\ISO 2022 IR 87\ISO 2022 IR 159`, 'Yamada^Tarou=丂田^太郎'],
  [String.raw`\ISO 2022 IR 149`, 'Hong^Gildong=洪^吉洞=홍^길동'],
  [String.raw`\ISO 2022 IR 58`, 'Zhang^XiaoDong=张^小东'],
  [
    String.raw`ISO 2022 IR 100\ISO 2022 IR 144\ISO 2022 IR 126`,
    'Dionysios is Διονυσιος^Люк^Jérôme',
  ],
];

describe('text in every character set', () => {
  it.each(names)('is encoded and decoded again in %j', (terms, name) => {
    const sets = characterSetsOf(terms);
    const bytes = encodeText(name, sets, delimiters.personName)!;
    expect(decodeText(bytes, sets, delimiters.personName)).toBe(name);
  });

  it.each(names)('comes back whenever it can be encoded, in %j', (terms, name) => {
    const sets = characterSetsOf(terms);
    const unit = fc.constantFrom(...Array.from(`${name}^=\\\n aé山山홍ﾔ丂Ж`));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        const bytes = encodeText(text, sets, delimiters.personName);
        if (bytes) expect(decodeText(bytes, sets, delimiters.personName)).toBe(text);
      }),
    );
  });

  it.each(names)('is never more than replaced, whatever the bytes, in %j', (terms) => {
    const sets = characterSetsOf(terms);
    const bytes = fc.array(
      fc.oneof(fc.nat(255), fc.constantFrom(0x1b, 0x24, 0x28, 0x29, 0x42, 0x5c)),
    );
    fc.assert(
      fc.property(bytes, (any) => {
        const text = decodeText(Buffer.from(any), sets, delimiters.text);
        expect(text.length).toBeLessThanOrEqual(any.length);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });

  it.each([
    ['', 'é'],
    ['ISO_IR 100', '山'],
    ['ISO_IR 126', 'Ж'],
    ['GBK', '😀'],
    [String.raw`\ISO 2022 IR 87`, '홍'],
    ['ISO_IR 192', '\ud800'],
    ['ISO_IR 100', 'é\x1b$B'],
  ])('is not encoded where %j does not have it', (terms, text) => {
    expect(encodeText(text, characterSetsOf(terms), delimiters.text)).toBeUndefined();
  });

  it('does not split a character of two bytes whose second is a backslash', () => {
    const sets = characterSetsOf('GB18030');
    expect(encodeText('乗', sets, delimiters.text)).toEqual(Buffer.of(0x81, 0x5c));
    expect(decodeText(Buffer.of(0x81, 0x5c), sets, delimiters.text)).toBe('乗');
  });
});

describeWith(['pydicom'], 'text in every character set, beside pydicom', () => {
  it('is decoded by each from what the other has encoded', () => {
    const ours = names.map(([terms, name]) => [
      terms.split('\\'),
      name,
      encodeText(name, characterSetsOf(terms), delimiters.personName)!.toString('hex'),
    ]);
    const theirs: [string, string][] = pydicom(
      `
from pydicom.charset import convert_encodings
from pydicom.valuerep import PersonName
answers = []
for terms, name, encoded in json.load(sys.stdin):
  encodings = convert_encodings(terms if len(terms) > 1 else terms[0])
  read = str(PersonName(bytes.fromhex(encoded), encodings))
  answers.append([read, PersonName(name, encodings).encode(encodings).hex()])
print(json.dumps(answers))
`,
      ours,
    );
    for (const [index, [read, encoded]] of theirs.entries()) {
      const [terms, name] = names[index]!;
      // Of ISO IR 58 it leaves the escape sequence in the text, and writes none.
      expect(read.replaceAll('\x1b$)A', ''), terms).toBe(name);
      if (terms.endsWith('IR 58')) continue;
      const bytes = Buffer.from(encoded, 'hex');
      expect(decodeText(bytes, characterSetsOf(terms), delimiters.personName), terms).toBe(name);
    }
  });
});
