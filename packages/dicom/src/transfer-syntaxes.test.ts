import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  chooseTransferSyntax,
  encodingOf,
  findTransferSyntax,
  transferSyntaxes,
} from './transfer-syntaxes.ts';

const implicit = '1.2.840.10008.1.2';
const explicit = '1.2.840.10008.1.2.1';
const bigEndian = '1.2.840.10008.1.2.2';
const deflated = '1.2.840.10008.1.2.1.99';
const jpegBaseline = '1.2.840.10008.1.2.4.50';
const jpegLossless = '1.2.840.10008.1.2.4.70';
const jpegLsNearLossless = '1.2.840.10008.1.2.4.81';
const jpeg2000Lossless = '1.2.840.10008.1.2.4.90';
const jpeg2000 = '1.2.840.10008.1.2.4.91';

describe('chooseTransferSyntax', () => {
  it('takes Explicit VR Little Endian where it is offered among others', () => {
    expect(chooseTransferSyntax([jpegBaseline, jpeg2000, explicit, implicit])).toBe(explicit);
  });

  it('takes Implicit VR Little Endian before any other uncompressed one', () => {
    expect(chooseTransferSyntax([bigEndian, deflated, implicit])).toBe(implicit);
    expect(chooseTransferSyntax([jpeg2000Lossless, deflated, bigEndian])).toBe(deflated);
  });

  it("takes lossless ones in the peer's order, and before lossy ones", () => {
    expect(chooseTransferSyntax([jpegBaseline, jpeg2000Lossless, jpegLossless])).toBe(
      jpeg2000Lossless,
    );
    expect(chooseTransferSyntax([jpeg2000, jpegLsNearLossless, jpegLossless])).toBe(jpegLossless);
  });

  it('takes what there is when it is all that is offered', () => {
    for (const uid of [jpegBaseline, bigEndian, deflated, jpeg2000, '1.2.840.10008.1.2.4.100']) {
      expect(chooseTransferSyntax([uid])).toBe(uid);
    }
  });

  it('takes neither unknown ones nor ones that leave the pixel data elsewhere', () => {
    expect(chooseTransferSyntax(['1.2.3.4', '1.2.840.10008.1.2.4.94'])).toBeUndefined();
    expect(chooseTransferSyntax([])).toBeUndefined();
  });

  it('takes the first of our list, and nothing that is not in it', () => {
    expect(chooseTransferSyntax([explicit, jpeg2000, jpegBaseline], [jpegBaseline, explicit])).toBe(
      jpegBaseline,
    );
    expect(chooseTransferSyntax([explicit], [jpegBaseline])).toBeUndefined();
    expect(chooseTransferSyntax(['1.2.3.4'], ['1.2.3.4'])).toBe('1.2.3.4');
  });
});

describe('transferSyntaxes', () => {
  it('knows how a data set is encoded', () => {
    const plain = { isExplicit: true, isBigEndian: false, isDeflated: false };
    expect(encodingOf(explicit)).toEqual(plain);
    expect(encodingOf(jpegBaseline)).toEqual(plain);
    expect(encodingOf('1.2.3.4')).toEqual(plain);
    expect(encodingOf(implicit)).toEqual({ ...plain, isExplicit: false });
    expect(encodingOf(bigEndian)).toEqual({ ...plain, isBigEndian: true });
    expect(encodingOf(deflated)).toEqual({ ...plain, isDeflated: true });
  });

  it('finds one by UID, keyword and name', () => {
    for (const text of [jpeg2000, 'JPEG2000', 'jpeg 2000 image compression']) {
      expect(findTransferSyntax(text)?.uid).toBe(jpeg2000);
    }
    expect(findTransferSyntax('JPEG 3000')).toBeUndefined();
  });

  it("agrees with pydicom's dictionary", () => {
    const script =
      'import json\nfrom pydicom.uid import UID_dictionary as d\n' +
      "print(json.dumps({k: [v[0], v[4]] for k, v in d.items() if v[1] == 'Transfer Syntax'}))";
    const theirs = JSON.parse(
      execFileSync('/usr/bin/python3', ['-c', script], { encoding: 'utf8' }),
    ) as Record<string, [string, string]>;
    const shared = [...transferSyntaxes.values()].filter(({ uid }) => uid in theirs);
    expect(shared.length).toBeGreaterThan(40);
    for (const { uid, name, keyword } of shared) expect([name, keyword]).toEqual(theirs[uid]);
  });
});
