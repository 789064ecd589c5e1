import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readPart10 } from '@consort/dicom/part10';
import {
  freePort,
  inShort,
  pydicomFiles,
  receivedFiles,
  startParrot,
  startTestProduction,
  words,
  type AssociateWords,
  type Parrot,
  type TestProduction,
} from '@consort/testing/consort';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';

const { data, pdu, value } = words;
const file = new URL('../productions/pacs-to-file/production.yaml', import.meta.url).pathname;

/** A real CT image, as it goes over the wire. */
interface Image {
  /** A C-STORE-RQ for it. */
  readonly request: Buffer;
  readonly dataSet: Buffer;
}

function ask(more: AssociateWords = {}): Buffer {
  return words.associateRequest({ called: 'IRIS', calling: 'ORTHANC', ...more });
}

/** What one does, what it hears, and what it says: all but the last is followed by an answer it waits for. */
type Conversation = readonly [
  sentence: string,
  answers: readonly string[],
  said: (image: Image, store: Buffer) => readonly Buffer[],
];

const acceptance = 'AC 1:0 3:0';
const conversations: readonly Conversation[] = [
  [
    'calls by a wrong AE title',
    ['RJ 1,1,7'],
    (_, store) => [Buffer.concat([ask({ called: 'WRONG' }), store])],
  ],
  [
    'is not listed',
    ['RJ 1,1,3'],
    (_, store) => [Buffer.concat([ask({ calling: 'UNKNOWN' }), store])],
  ],
  ['sends data before acceptance', ['ABORT 2,2'], (_, store) => [Buffer.concat([ask(), store])]],
  ['sends data after rejection', ['RJ 1,1,7'], (_, store) => [ask({ called: 'WRONG' }), store]],
  [
    'sends data after release',
    [acceptance, 'RP'],
    (_, store) => [ask(), words.releaseRequest, store],
  ],
  [
    'sends data after its abort',
    [acceptance],
    (_, store) => [ask(), Buffer.concat([words.abort, store])],
  ],
  [
    'sends data after our abort',
    [acceptance, 'ABORT 2,1'],
    (_, store) => [ask(), pdu(0x99, Buffer.alloc(4)), store],
  ],
  [
    'aborts in the middle of an image',
    [acceptance],
    ({ request, dataSet }) => [
      ask(),
      Buffer.concat([request, data(value(3, 0, dataSet)), words.abort]),
    ],
  ],
  [
    'sends an image on a context that was refused',
    ['AC 3:3', 'ABORT 2,5'],
    (_, store) => [ask({ contexts: [words.context(3, '1.2.840.10008.5.1.4.31')] }), store],
  ],
  [
    'sends a PDU of 4 GiB',
    [acceptance, 'ABORT 2,6'],
    ({ request, dataSet }) => [
      ask(),
      Buffer.concat([request, pdu(0x04, value(3, 2, dataSet), 0xffff_ffff)]),
    ],
  ],
  [
    'asks with a PDU of 4 GiB',
    ['ABORT 2,6'],
    (_, store) => [Buffer.concat([pdu(0x01, ask(), 0xffff_ffff), store])],
  ],
  [
    'takes PDUs of one byte',
    ['RJ 1,1,1'],
    (_, store) => [Buffer.concat([ask({ maximumLength: 1 }), store])],
  ],
  [
    'proposes 20 000 presentation contexts',
    ['ABORT 2,6'],
    (_, store) => [
      Buffer.concat([ask({ contexts: Array<Buffer>(20_000).fill(words.context(3)) }), store]),
    ],
  ],
];

describeWith(['redis', 'pydicom'], 'hostile peers', () => {
  let image: Image;
  let received: string;
  let port: number;
  let production: TestProduction;
  /** Images whose sender heard Success. */
  let stored = 0;

  beforeAll(async () => {
    image = await readImage(pydicomFiles().find((path) => basename(path) === 'CT_small.dcm') ?? '');
    received = await mkdtemp(join(tmpdir(), 'consort-hostile-'));
    port = await freePort();
    production = await startTestProduction(file, {
      env: { DICOM_PORT: String(port), RECEIVED: received },
    });
  });
  afterAll(async () => {
    await production.stop();
    await rm(received, { recursive: true });
  });

  it.each(conversations)(
    'one that %s stores nothing and disturbs nobody',
    async (_, answers, said) => {
      const store = Buffer.concat([image.request, data(value(3, 2, image.dataSet))]);
      await using good = await associate();
      let heard: readonly string[] = [];
      await storeAround(good, async () => {
        heard = await converse(said(image, store));
      });
      await storeAround(good, async () => undefined);
      await good.say(words.releaseRequest);

      expect(heard).toEqual(answers);
      expect(await good.hearRest()).toEqual(['RP']);
      await expectOnlyGoodImages();
    },
  );

  it('one byte a second and 100 silent connections come to their end and disturb nobody', async () => {
    await using before = await associate();
    let silent: readonly Parrot[] = [];
    await storeAround(before, async () => {
      silent = await Promise.all(Array.from({ length: 100 }, () => startParrot(port)));
    });
    await before.say(words.releaseRequest);
    expect(await before.hearRest()).toEqual(['RP']);

    await using slow = await startParrot(port);
    const over = new AbortController();
    const heard = (async () => {
      for (const byte of ask()) {
        await slow.say(Buffer.of(byte));
        if ((await Promise.race([slow.gone, sleep(1_000, 'goes on')])) !== 'goes on') break;
      }
      const rests = await Promise.all([slow, ...silent].map((parrot) => parrot.hearRest()));
      over.abort();
      return rests.flat();
    })();
    while (!over.signal.aborted) {
      await using good = await associate();
      await storeAround(good, () => sleep(100));
      await good.say(words.releaseRequest);
      expect(await good.hearRest()).toEqual(['RP']);
    }

    expect(await heard).toEqual([]);
    for (const parrot of silent) await parrot[Symbol.asyncDispose]();
    await expectOnlyGoodImages();
  });

  async function associate(): Promise<Parrot> {
    const parrot = await startParrot(port);
    await parrot.say(ask());
    expect(inShort(await parrot.hear())).toBe('AC 1:0 3:0');
    return parrot;
  }

  /** Stores the image; something happens in the middle of its data set. */
  async function storeAround(parrot: Parrot, happen: () => Promise<void>): Promise<void> {
    const { request, dataSet } = image;
    await parrot.say(request, data(value(3, 0, dataSet.subarray(0, 20_000))));
    await happen();
    await parrot.say(data(value(3, 2, dataSet.subarray(20_000))));
    expect(inShort(await parrot.hear())).toBe('RSP 8001 status 0000');
    stored += 1;
  }

  async function converse(said: readonly Buffer[]): Promise<readonly string[]> {
    await using parrot = await startParrot(port);
    const heard: string[] = [];
    for (const bytes of said.slice(0, -1)) {
      await parrot.say(bytes);
      heard.push(inShort(await parrot.hear()));
    }
    await parrot.say(...said.slice(-1));
    return [...heard, ...(await parrot.hearRest())];
  }

  /** The record, the received files and the documents hold what was stored well, and nothing else. */
  async function expectOnlyGoodImages(): Promise<void> {
    await production.idle();
    const digest = createHash('sha256').update(image.dataSet).digest('hex');
    const legs = await production.messages.messages({ limit: 10_000 });
    expect(new Set(legs.map(({ sessionId }) => sessionId)).size).toBe(stored);
    expect(new Set(legs.map(({ status }) => status))).toEqual(new Set(['Completed']));
    expect(legs).toHaveLength(4 * stored);

    const files = await receivedFiles(received);
    expect(files.map((one) => one.digest)).toEqual(Array<string>(stored).fill(digest));
    const documents = join(production.dataDirectory, 'documents');
    const entries = await readdir(documents, { recursive: true, withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    expect(names).toEqual([digest]);
  }
});

async function readImage(path: string): Promise<Image> {
  const bytes = await readFile(path);
  const read = async (position: number, length: number) =>
    bytes.subarray(position, position + length);
  const { meta, dataSetPosition } = await readPart10({ read, size: bytes.length });
  const sopInstanceUid = meta.sopInstanceUid ?? '';
  const padding = sopInstanceUid.length % 2 === 0 ? '' : '\0';
  return {
    request: words.storeRequest({ 0x1000: sopInstanceUid + padding }),
    dataSet: bytes.subarray(dataSetPosition),
  };
}
