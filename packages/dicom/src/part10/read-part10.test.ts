import { assert, asyncProperty, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPart10 } from './read-part10.ts';

const explicit = '1.2.840.10008.1.2.1';
const preamble = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]);
const dataSet = Buffer.from('080060004353020043540a000000', 'hex');

function element(group: number, number: number, vr: string, text: string, length = text.length) {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, 'latin1');
  head.writeUInt16LE(length, 6);
  return Buffer.concat([head, Buffer.from(text, 'latin1')]);
}

/** The same without its VR. */
function implicit(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.readUInt16LE(6));
  return Buffer.concat([bytes.subarray(0, 4), length, bytes.subarray(8)]);
}

function read(...parts: readonly Buffer[]) {
  const bytes = Buffer.concat(parts);
  return readPart10({
    size: bytes.length,
    read: async (position, length) => bytes.subarray(position, position + length),
  });
}

const groupLength = element(2, 0, 'UL', '\x14\0\0\0');
const syntax = element(2, 0x10, 'UI', `${explicit}\0`);
const jpeg = element(2, 0x10, 'UI', '1.2.840.10008.1.2.4.50');

describe('a file of DICOM', () => {
  it.each([
    [
      'B63: with another length of its meta information than it has',
      [preamble, element(2, 0, 'UL', '\xff\xff\xff\x7f'), syntax, dataSet],
      explicit,
    ],
    [
      'B63: that begins like a program',
      [Buffer.from('MZ'), preamble.subarray(2), groupLength, syntax, dataSet],
      explicit,
    ],
    ['B63: without a preamble', [preamble.subarray(128), groupLength, syntax, dataSet], explicit],
    ['B63: without preamble and DICM', [groupLength, syntax, dataSet], explicit],
    [
      'B63: whose meta information has no VRs',
      [preamble, implicit(groupLength), implicit(syntax), dataSet],
      explicit,
    ],
    ['B63: without a transfer syntax, in Explicit VR', [preamble, groupLength, dataSet], explicit],
    ['B63: without any meta information, in Implicit VR', [implicit(dataSet)], '1.2.840.10008.1.2'],
    [
      'B63: with a VR in its meta information that nobody knows',
      [preamble, groupLength, element(2, 0x03, 'ZZ', '\0\0\0\0'), jpeg, dataSet],
      '1.2.840.10008.1.2.4.50',
    ],
  ])('%s is read', async (_, parts, transferSyntaxUid) => {
    expect((await read(...parts)).meta.transferSyntaxUid).toBe(transferSyntaxUid);
  });

  it.each([
    ['B63: that is empty', [Buffer.alloc(0)]],
    [
      'B63: of meta information that reaches beyond its end',
      [preamble, element(2, 0x10, 'UI', 'x', 60_000)],
    ],
    ['B63: of a transfer syntax without end', [preamble, element(2, 0x10, 'UI', '1'.repeat(300))]],
    [
      'B63: of more meta information than there is sense in',
      [preamble, ...Array<Buffer>(1_001).fill(element(2, 0x16, 'AE', 'X '))],
    ],
    [
      'B63: that is a picture of another kind',
      [Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1')],
    ],
  ])('%s is refused', async (_, parts) => {
    await expect(read(...parts)).rejects.toMatchObject({ code: 'PART10_UNREADABLE' });
  });

  it('B63: of any bytes at all is read or refused with that code', async () => {
    const codes = new Set<unknown>();
    await assert(
      asyncProperty(uint8Array({ maxLength: 300 }), async (bytes) => {
        const head = bytes.length % 2 === 0 ? [preamble] : [];
        codes.add(
          await read(...head, Buffer.from(bytes)).then(
            () => 'read',
            (error: { code?: unknown }) => error.code,
          ),
        );
      }),
      { numRuns: 2_000 },
    );
    expect(codes).toContain('PART10_UNREADABLE');
    expect([...codes].every((code) => code === 'read' || code === 'PART10_UNREADABLE')).toBe(true);
  });
});
