import { inShort, startParrot, words } from '@consort/testing/consort';
import { describe, expect, test } from 'vitest';
import { digestOf, storeWell, watchDoor } from './door.fixture.ts';

const { associateRequest, context, item, pdu } = words;
const image = words.dataSet(Buffer.from('an image that must not be stored'));
/** A whole C-STORE, said right behind something. */
const store = Buffer.concat([words.storeRequest(), image]);
const uid = '1.2.840.10008.5.1.4.1.1.2';

function contexts(count: number): readonly Buffer[] {
  return Array.from({ length: count }, (_, index) => context((2 * index + 1) & 0xff));
}

/** The value of an SCP/SCU role selection sub-item (PS3.7 table D.3-9). */
function role(sopClassUid: string, scu: number, scp: number): Buffer {
  return Buffer.concat([
    Buffer.of(0, sopClassUid.length),
    Buffer.from(sopClassUid),
    Buffer.of(scu, scp),
  ]);
}

// Each is said in one segment on a new connection; a C-STORE follows in the same one.
const conversations: readonly (readonly [string, string, Buffer])[] = [
  [
    'H1, B19: a called AE title that is not ours',
    'RJ 1,1,7',
    associateRequest({ called: 'OTHER' }),
  ],
  ['B19: our AE title in lower case', 'RJ 1,1,7', associateRequest({ called: 'consort' })],
  ['B19: a called AE title of spaces', 'RJ 1,1,7', associateRequest({ called: '' })],
  [
    'B21: a called AE title with a NUL within',
    'RJ 1,1,7',
    associateRequest({ called: 'CON\0SORT' }),
  ],
  ['B20: a calling AE title that is not listed', 'RJ 1,1,3', associateRequest({ calling: 'X' })],
  ['B20: a calling AE title of spaces', 'RJ 1,1,3', associateRequest({ calling: '' })],
  [
    'H37, B21: a calling AE title with a line break',
    'RJ 1,1,3',
    associateRequest({ calling: 'A\nB' }),
  ],
  ['H12, B17: a protocol version without bit 0', 'RJ 1,2,2', associateRequest({ version: 2 })],
  [
    'H12, B18: an application context that is not DICOM',
    'RJ 1,1,2',
    associateRequest({ applicationContexts: [item(0x10, '1.2.3')] }),
  ],
  ['B18: no application context', 'RJ 1,1,2', associateRequest({ applicationContexts: [] })],
  [
    'B18: three application contexts',
    'ABORT 2,6',
    associateRequest({ applicationContexts: Array<Buffer>(3).fill(item(0x10, '1.2')) }),
  ],
  ...[1, 6, 7, 127].map(
    (maximumLength) =>
      [
        `H15, B29: a maximum length of ${maximumLength}`,
        'RJ 1,1,1',
        associateRequest({ maximumLength }),
      ] as const,
  ),
  [
    'H41, B31: a user identity of a type that is not known',
    'RJ 1,2,1',
    associateRequest({ user: [item(0x58, Buffer.of(9, 0, 0, 1, 65, 0, 0))] }),
  ],

  ['H3, B11: data behind a request that would be accepted', 'ABORT 2,2', associateRequest()],
  ['B9: P-DATA-TF without an association', 'ABORT 2,2', store],
  ['B9: A-RELEASE-RQ without an association', 'ABORT 2,2', words.releaseRequest],
  ['A-RELEASE-RP without an association', 'ABORT 2,2', pdu(0x06, Buffer.alloc(4))],
  ['B9: A-ASSOCIATE-AC in place of a request', 'ABORT 2,2', pdu(0x02, Buffer.alloc(68))],
  ['B9: A-ASSOCIATE-RJ in place of a request', 'ABORT 2,2', pdu(0x03, Buffer.alloc(4))],
  ['A-ABORT in place of a request', 'nothing', words.abort],

  ['B3: a PDU of type 00', 'ABORT 2,1', pdu(0x00, Buffer.alloc(4))],
  ['B3: a PDU of type 08', 'ABORT 2,1', pdu(0x08, Buffer.alloc(4))],
  ['B3: a PDU of type FF', 'ABORT 2,1', pdu(0xff, Buffer.alloc(4))],
  ['B4: HTTP', 'ABORT 2,1', Buffer.from('GET / HTTP/1.1\r\nHost: pacs\r\n\r\n')],
  ['H40, B4: TLS', 'ABORT 2,1', Buffer.from('16030100c8010000c40303', 'hex')],
  ['B4: SSH', 'ABORT 2,1', Buffer.from('SSH-2.0-OpenSSH_10.0\r\n')],

  ...[0, 10, 67, 128 * 1024 + 1, 0xffff_ffff].map(
    (length) =>
      [
        `H8, B5, B6: an A-ASSOCIATE-RQ of length ${length}`,
        'ABORT 2,6',
        pdu(0x01, Buffer.alloc(0), length),
      ] as const,
  ),
  [
    'H8, B7: a P-DATA-TF of length 4294967295',
    'ABORT 2,6',
    pdu(0x04, Buffer.alloc(0), 0xffff_ffff),
  ],
  ['B14: an A-ABORT of length 5', 'ABORT 2,6', pdu(0x07, Buffer.alloc(5))],

  [
    'H10, B22: 129 presentation contexts',
    'ABORT 2,6',
    associateRequest({ contexts: contexts(129) }),
  ],
  [
    'H10, B22: 20 000 presentation contexts',
    'ABORT 2,6',
    associateRequest({ contexts: contexts(20_000) }),
  ],
  [
    'H10, B22: 65 transfer syntaxes in a presentation context',
    'ABORT 2,6',
    associateRequest({ contexts: [context(1, uid, Array<string>(65).fill('1.2.3'))] }),
  ],
  ['H11, B23: a presentation context 0', 'ABORT 2,6', associateRequest({ contexts: [context(0)] })],
  [
    'H11, B23: an even presentation context',
    'ABORT 2,6',
    associateRequest({ contexts: [context(2)] }),
  ],
  [
    'H11, B23: a presentation context twice',
    'ABORT 2,6',
    associateRequest({ contexts: [context(1), context(3), context(1)] }),
  ],
  [
    'B25: a presentation context without an abstract syntax',
    'ABORT 2,6',
    associateRequest({ contexts: [item(0x20, Buffer.of(1, 0, 0, 0))] }),
  ],
  [
    'B25: a presentation context with two abstract syntaxes',
    'ABORT 2,6',
    associateRequest({
      contexts: [
        item(0x20, Buffer.concat([Buffer.of(1, 0, 0, 0), item(0x30, uid), item(0x30, uid)])),
      ],
    }),
  ],
  [
    'a presentation context of 3 bytes',
    'ABORT 2,6',
    associateRequest({ contexts: [item(0x20, Buffer.of(1, 0, 0))] }),
  ],

  [
    'H14, B28: an item that reaches beyond the PDU',
    'ABORT 2,6',
    associateRequest({ applicationContexts: [item(0x10, '1.2', 0xffff)] }),
  ],
  [
    'H14, B28: a sub-item that reaches beyond its presentation context',
    'ABORT 2,6',
    associateRequest({
      contexts: [
        item(0x20, Buffer.concat([Buffer.of(1, 0, 0, 0), item(0x30, uid, uid.length + 1)])),
      ],
    }),
  ],
  [
    'H14, B28: a sub-item that reaches beyond the user information',
    'ABORT 2,6',
    associateRequest({ user: [item(0x55, 'NAME', 5)] }),
  ],
  [
    'H13, B28: half the head of an item at the end',
    'ABORT 2,6',
    associateRequest({ userInformation: Buffer.of(0x51, 0) }),
  ],
  [
    'B30: two maximum lengths',
    'ABORT 2,6',
    associateRequest({ user: [item(0x51, Buffer.alloc(4))] }),
  ],
  ...[3, 8].map(
    (length) =>
      [
        `H14, B30: a maximum length sub-item of ${length} bytes`,
        'ABORT 2,6',
        associateRequest({ userInformation: item(0x51, Buffer.alloc(length)) }),
      ] as const,
  ),
  [
    'B28: 257 user information sub-items',
    'ABORT 2,6',
    associateRequest({ user: Array<Buffer>(257).fill(item(0x56, '')) }),
  ],
  [
    'B28: user information of more than 32 KiB',
    'ABORT 2,6',
    associateRequest({ user: [item(0x57, Buffer.alloc(32 * 1024))] }),
  ],
  [
    'H14, B32: a role selection whose lengths disagree',
    'ABORT 2,6',
    associateRequest({ user: [item(0x54, Buffer.of(0xff, 0xff, 1, 0))] }),
  ],
  [
    'B31: a user identity whose lengths disagree',
    'ABORT 2,6',
    associateRequest({ user: [item(0x58, Buffer.of(2, 0, 0xff, 0xff, 65, 0, 0))] }),
  ],
];

describe('a connection that begins with', () => {
  test.each(conversations)(
    '%s hears %s and the end, and stores nothing',
    async (_, answer, said) => {
      await using door = await watchDoor();
      await using parrot = await startParrot(door.port);
      await parrot.say(said, store);

      expect((await parrot.hearRest()).join(', ') || 'nothing').toBe(answer);
      await parrot.say(store);
      const good = Buffer.from('a good image');
      expect(await storeWell(door.port, good)).toEqual(['RSP 8001 status 0000', 'RP']);

      expect(door.stored).toEqual([digestOf(good)]);
      expect(door.counts).toEqual({ begun: 1, discarded: 0 });
      expect(door.failures).toEqual([]);
      await door.ended(2);
    },
  );
});

test.each([
  [129, /^more than 128 presentation contexts: 2 .*, 6 /],
  [20_000, /^A-ASSOCIATE-RQ with a length of \d{7}; 68 to 131072 is allowed: 2 .*, 6 /],
])('%d presentation contexts are refused with the reason', async (count, reason) => {
  await using door = await watchDoor();
  await using parrot = await startParrot(door.port);
  await parrot.say(associateRequest({ contexts: contexts(count) }));
  expect(await parrot.hearRest()).toEqual(['ABORT 2,6']);
  await parrot[Symbol.asyncDispose]();
  expect(await door.ended(1)).toEqual([
    { kind: 'aborted', reason: expect.stringMatching(reason), clause: expect.any(String) },
  ]);
});

describe('a request with what is only unusual', () => {
  const whole = 'RSP 8001 status 0000';

  test.each([
    ['B17: a protocol version with more bits', { version: 3 }, 'AC 1:0 3:0'],
    ['B24: titles padded with NULs', { called: 'CONSORT\0\0', calling: 'PARROT\0' }, 'AC 1:0 3:0'],
    ['H11, B24: context ids that descend', { contexts: [context(5), context(3)] }, 'AC 5:0 3:0'],
    ['B26: no presentation context', { contexts: [] }, 'AC'],
    ['B25: no transfer syntax in a context', { contexts: [context(3, uid, [])] }, 'AC 3:4'],
    ['B27: a UID that is none', { contexts: [context(3, '1.2.x')] }, 'AC 3:3'],
    [
      'B27: an abstract syntax of 65 characters',
      { contexts: [context(3, '1'.repeat(65))] },
      'AC 3:3',
    ],
    ['B24: items that nobody knows', { contexts: [item(0x99, 'x'), context(3)] }, 'AC 3:0'],
    ['B24: sub-items that nobody knows', { user: [item(0x56, 'x'), item(0x5a, '')] }, 'AC 1:0 3:0'],
    ['no user information to speak of', { userInformation: Buffer.alloc(0) }, 'AC 1:0 3:0'],
    ['B29: the longest maximum length', { maximumLength: 0xffff_ffff }, 'AC 1:0 3:0'],
    ['B32: neither role', { user: [item(0x54, role(uid, 0, 0))] }, 'AC 1:0 3:3'],
  ])('%s is answered', async (_, say, answer) => {
    await using door = await watchDoor();
    await using parrot = await startParrot(door.port);
    await parrot.say(associateRequest(say));
    expect(inShort(await parrot.hear())).toBe(answer);
    if (!answer.includes('3:0')) return;
    await parrot.say(store);
    expect(inShort(await parrot.hear())).toBe(whole);
  });

  test('B24: 128 presentation contexts are answered, each with its id', async () => {
    await using door = await watchDoor();
    await using parrot = await startParrot(door.port);
    await parrot.say(associateRequest({ contexts: contexts(128) }));
    const ids = Array.from({ length: 128 }, (_, index) => `${2 * index + 1}:0`);
    expect(inShort(await parrot.hear())).toBe(['AC', ...ids].join(' '));
  });
});
