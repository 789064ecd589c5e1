import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import {
  freePort,
  inShort,
  receivedFiles,
  startParrot,
  startTestProduction,
  words,
  type TestProduction,
} from '@consort/testing/consort';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';

// Data sets that are wrong, and data sets that are only strange, through a whole production; docs/hostile-input.md
// explains the numbers. Those that are wrong leave nothing; the others arrive byte for byte.

const { data, value } = words;
const production = new URL('../productions/pacs-to-file/production.yaml', import.meta.url).pathname;

const ct = '1.2.840.10008.5.1.4.1.1.2';
const explicit = '1.2.840.10008.1.2.1';
const deflated = '1.2.840.10008.1.2.1.99';
const jpegBaseline = '1.2.840.10008.1.2.4.50';
const encodings: Readonly<Record<string, string>> = { explicit, deflated, jpegBaseline };

const long = new Set(['OB', 'OW', 'SQ', 'UN', 'UT']);

/** An element in Explicit VR Little Endian; `length` may lie. */
function element(tag: number, vr: string, content: Buffer | string, length?: number): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  const head = Buffer.alloc(long.has(vr) ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, 'latin1');
  if (long.has(vr)) head.writeUInt32LE(length ?? bytes.length, 8);
  else head.writeUInt16LE(length ?? bytes.length, 6);
  return Buffer.concat([head, bytes]);
}

/** An item or a delimiter (PS3.5 section 7.5). */
function item(kind: number, content: Buffer = Buffer.alloc(0), length = content.length): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(0xfffe, 0);
  head.writeUInt16LE(kind, 2);
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, content]);
}

const endOfItem = item(0xe00d);
const endOfSequence = item(0xe0dd);

/** Sequences of undefined length, one in the other. */
function nested(depth: number): Buffer {
  const open = Buffer.concat([
    element(0x00081140, 'SQ', '', 0xffff_ffff),
    item(0xe000, undefined, 0xffff_ffff),
  ]);
  const close = Buffer.concat([endOfItem, endOfSequence]);
  return Buffer.concat([
    ...Array<Buffer>(depth).fill(open),
    element(0x00080100, 'SH', 'CODE'),
    ...Array<Buffer>(depth).fill(close),
  ]);
}

let instances = 0;

/** The data set of a CT image of its own, with elements before and after its patient. */
function image(more: readonly Buffer[] = [], last: readonly Buffer[] = pixels) {
  instances += 1;
  const sopInstanceUid = `1.2.3.${1000 + instances}`;
  return {
    sopInstanceUid,
    dataSet: Buffer.concat([...ids(sopInstanceUid), ...more, ...last]),
  };
}

function ids(sopInstanceUid: string, sopClassUid = ct): Buffer[] {
  const even = (text: string) => text.padEnd(text.length + (text.length % 2), '\0');
  return [
    element(0x00080016, 'UI', even(sopClassUid)),
    element(0x00080018, 'UI', even(sopInstanceUid)),
  ];
}

const patient = element(0x00100020, 'LO', 'ID');
const pixels = [patient, element(0x7fe00010, 'OW', Buffer.alloc(64))];

interface Row {
  readonly sopInstanceUid: string;
  readonly dataSet: Buffer;
  readonly encoding?: string;
}

/** One data set, as it is, in place of an image's own. */
function only(dataSet: Buffer, encoding?: string): Row {
  return { ...image(), dataSet, ...(encoding && { encoding }) };
}

function encapsulated(...fragments: readonly Buffer[]): Row {
  const pixelData = [patient, element(0x7fe00010, 'OB', '', 0xffff_ffff), ...fragments];
  return { ...image([], pixelData), encoding: 'jpegBaseline' };
}

function sized(rows: number, columns: number, bitsAllocated: number): Buffer[] {
  const number = (tag: number, of: number) => element(tag, 'US', Buffer.of(of & 255, of >> 8));
  return [
    element(0x00280008, 'IS', '2147483647'.padEnd(12)),
    number(0x00280010, rows),
    number(0x00280011, columns),
    number(0x00280100, bitsAllocated),
  ];
}

const wrong: readonly (readonly [sentence: string, status: string, row: Row])[] = [
  ['H31, B46: the instance of another command', 'A900', only(image().dataSet)],
  [
    'B46: the SOP class of another command',
    'A900',
    ((one) => ({
      ...one,
      dataSet: Buffer.concat([...ids(one.sopInstanceUid, '1.2.3'), ...pixels]),
    }))(image()),
  ],
  ['B46: no SOP class and no instance', 'C000', only(Buffer.concat(pixels))],
  ['B47: nothing', 'C000', only(Buffer.alloc(0))],
  ['B47: one byte', 'C000', only(Buffer.of(8))],
  ['B47: seven bytes', 'C000', only(Buffer.from([8, 0, 0x16, 0, 0x55, 0x49, 4]))],
  ['H28, B48: an end within an element', 'C000', image([], [patient.subarray(0, -1)])],
  [
    'B51: a million items',
    'C000',
    image([
      element(0x00081140, 'SQ', '', 0xffff_ffff),
      ...Array<Buffer>(1_000_000).fill(item(0xe000)),
      endOfSequence,
    ]),
  ],
  ['B49: an element of 4 GiB', 'C000', image([element(0x00090010, 'UN', 'x', 0xffff_fffe)])],
  [
    'B49: no length where there has to be one',
    'C000',
    image([element(0x00090010, 'UT', 'x', 0xffff_ffff)]),
  ],
  ['B50: sequences 33 deep', 'C000', image([nested(33)])],
  ['B50: sequences 3 000 deep', 'C000', image([nested(3_000)])],
  ['B50: sequences 200 000 deep', 'C000', image([nested(200_000)])],
  [
    'B51: 100 001 elements',
    'C000',
    image(Array<Buffer>(100_001).fill(element(0x00090010, 'LO', ''))),
  ],
  [
    'B52: a sequence that does not end',
    'C000',
    image([], [element(0x00081140, 'SQ', '', 0xffff_ffff)]),
  ],
  ['B52: a stray end of an item', 'C000', image([endOfItem])],
  [
    'B52: an item in an item',
    'C000',
    image([
      element(0x00081140, 'SQ', '', 0xffff_ffff),
      item(0xe000, undefined, 0xffff_ffff),
      item(0xe000),
    ]),
  ],
  ['B53: a command set', 'C000', only(element(0, 'UL', Buffer.alloc(4)))],
  [
    'B55: Implicit VR where Explicit was agreed on',
    'C000',
    only(Buffer.concat([...ids('1.2.3.4'), patient].map(implicit))),
  ],
  [
    'H29, B58: a deflated bomb',
    'C000',
    only(
      deflateRawSync(
        Buffer.concat([
          ...ids('1.2.3.4'),
          element(0x00090010, 'OB', Buffer.alloc(100_000_000)),
          ...pixels,
        ]),
      ),
      'deflated',
    ),
  ],
  [
    'B58: half a deflated data set',
    'C000',
    only(deflateRawSync(image().dataSet).subarray(0, 20), 'deflated'),
  ],
];

const strange: readonly (readonly [sentence: string, row: Row])[] = [
  [
    'B48: pixel data that says more than there is, which is not looked at',
    image([], [patient, element(0x7fe00010, 'OW', Buffer.alloc(10), 100_000)]),
  ],
  ['B50: sequences 32 deep', image([nested(32)])],
  [
    'B52: an item in an item of a sequence that says its length, which is passed over',
    image([element(0x00081140, 'SQ', item(0xe000, item(0xe000)))]),
  ],
  [
    'B53: elements out of order and twice',
    image([patient, element(0x00080060, 'CS', 'CT'), patient]),
  ],
  ['B53: file meta information among them', image([element(0x00020010, 'UI', '1.2.3\0')])],
  ['B54: a VR that nobody knows', image([Buffer.from('090001105a5a000002000000ffff', 'hex')])],
  ['B54: a VR that is not that of the tag', image([element(0x00100010, 'US', Buffer.of(1, 0))])],
  [
    'B54: UN of undefined length',
    image([element(0x00090010, 'UN', Buffer.concat([item(0xe000), endOfSequence]), 0xffff_ffff)]),
  ],
  ['B56: a character set that there is none of', image([element(0x00080005, 'CS', 'ISO_IR 999 ')])],
  [
    'B56: escape sequences that are broken',
    image([
      element(0x00080005, 'CS', 'ISO 2022 IR 87'),
      element(0x00100010, 'PN', '\x1b$\x1b(\x1b\xff'),
    ]),
  ],
  [
    'B56: UTF-8 that is none',
    image([element(0x00080005, 'CS', 'ISO_IR 192'), element(0x00100010, 'PN', '\xc3\x28\xff\xfe')]),
  ],
  ['B56: a name with 200 carets', image([element(0x00100010, 'PN', '^'.repeat(200))])],
  [
    'B57: markup, a formula and an escape for a terminal',
    image([element(0x00081030, 'LO', '<script>=1+1\x1b]0;x\x07${jndi:ldap://x}')]),
  ],
  [
    'B59: fragments whose lengths lie',
    encapsulated(item(0xe000), item(0xe000, Buffer.alloc(10), 100_000)),
  ],
  ['B59: no end of the fragments', encapsulated(item(0xe000), item(0xe000, Buffer.alloc(11)))],
  ['B60: more pixels than there are numbers', image(sized(65_535, 65_535, 255))],
];

describeWith(['redis', 'pydicom'], 'a data set with', () => {
  let received: string;
  let port: number;
  let running: TestProduction;
  const arrived: string[] = [];

  beforeAll(async () => {
    received = await mkdtemp(join(tmpdir(), 'consort-hostile-'));
    port = await freePort();
    running = await startTestProduction(production, {
      env: { DICOM_PORT: String(port), RECEIVED: received },
    });
  });
  afterAll(async () => {
    await running.stop();
    await rm(received, { recursive: true });
  });

  it.each(wrong)('%s is answered %s, and nothing of it is kept', async (_, status, row) => {
    expect(await store(row)).toBe(`RSP 8001 status ${status}`);
    await expectOnlyArrived();
  });

  it.each(strange)('%s arrives byte for byte', async (_, row) => {
    expect(await store(row)).toBe('RSP 8001 status 0000');
    arrived.push(createHash('sha256').update(row.dataSet).digest('hex'));
    await expectOnlyArrived();
  });

  /** Sends it in a C-STORE, while another association goes on. */
  async function store({ sopInstanceUid, dataSet, encoding = 'explicit' }: Row): Promise<string> {
    const ask = { called: 'IRIS', calling: 'ORTHANC' };
    await using other = await startParrot(port);
    await other.say(words.associateRequest(ask));
    expect(inShort(await other.hear())).toBe('AC 1:0 3:0');
    await using parrot = await startParrot(port);
    const contexts = [words.context(3, ct, [encodings[encoding] ?? ''])];
    await parrot.say(words.associateRequest({ ...ask, contexts }));
    expect(inShort(await parrot.hear())).toBe('AC 3:0');
    const padding = sopInstanceUid.length % 2 === 0 ? '' : '\0';
    await parrot.say(words.storeRequest({ 0x1000: sopInstanceUid + padding }));
    for (let at = 0; at < dataSet.length || at === 0; at += 60_000) {
      const flags = at + 60_000 >= dataSet.length ? 2 : 0;
      await parrot.say(data(value(3, flags, dataSet.subarray(at, at + 60_000))));
    }
    const answer = inShort(await parrot.hear());
    for (const one of [other, parrot]) {
      await one.say(words.releaseRequest);
      expect(await one.hearRest()).toEqual(['RP']);
    }
    return answer;
  }

  /** Messages, files and documents hold what arrived, and nothing else. */
  async function expectOnlyArrived(): Promise<void> {
    await running.idle();
    const legs = await running.messages.messages({ limit: 10_000 });
    expect(new Set(legs.map(({ sessionId }) => sessionId)).size).toBe(arrived.length);
    const files = await receivedFiles(received);
    expect(files.map(({ digest }) => digest).toSorted()).toEqual(arrived.toSorted());
    const documents = join(running.dataDirectory, 'documents');
    const entries = await readdir(documents, { recursive: true, withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    expect(names.toSorted()).toEqual(arrived.toSorted());
  }
});

/** The same element without its VR. */
function implicit(explicitElement: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(explicitElement.readUInt16LE(6));
  return Buffer.concat([explicitElement.subarray(0, 4), length, explicitElement.subarray(8)]);
}
