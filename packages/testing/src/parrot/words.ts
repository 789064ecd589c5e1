/** What a parrot can be told to say: bytes as they should be, or as they should not. */
export const words = {
  pdu,
  item,
  associateRequest,
  context,
  data,
  value,
  commandSet,
  echoRequest,
  storeRequest,
  dataSet,
  /** A-RELEASE-RQ (PS3.8 section 9.3.6). */
  releaseRequest: pdu(0x05, Buffer.alloc(4)),
  /** A-ABORT by the user (PS3.8 section 9.3.8). */
  abort: pdu(0x07, Buffer.alloc(4)),
} as const;

/** What an A-ASSOCIATE-RQ is to say; what is left out is as it should be. */
export interface AssociateWords {
  readonly version?: number;
  readonly called?: string;
  readonly calling?: string;
  /** Whole items. */
  readonly applicationContexts?: readonly Buffer[];
  /** Whole items. */
  readonly contexts?: readonly Buffer[];
  readonly maximumLength?: number;
  /** Sub-items of the user information after the usual ones. */
  readonly user?: readonly Buffer[];
  /** In place of the usual sub-items and `user`. */
  readonly userInformation?: Buffer;
}

type Elements = Readonly<Record<number, string | number>>;

const verification = '1.2.840.10008.1.1';
const ctImageStorage = '1.2.840.10008.5.1.4.1.1.2';
const explicitLittleEndian = '1.2.840.10008.1.2.1';
const even = (uid: string) => uid.padEnd(uid.length + (uid.length % 2), '\0');

/** A PDU (PS3.8 section 9.3.1). `length` may lie. */
function pdu(type: number, body: Buffer, length = body.length): Buffer {
  const head = Buffer.of(type, 0, 0, 0, 0, 0);
  head.writeUInt32BE(length, 2);
  return Buffer.concat([head, body]);
}

/** An item or sub-item (PS3.8 section 9.3.2). `length` may lie. */
function item(type: number, content: Buffer | string, length?: number): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  const head = Buffer.of(type, 0, 0, 0);
  head.writeUInt16BE(length ?? bytes.length, 2);
  return Buffer.concat([head, bytes]);
}

/**
 * An A-ASSOCIATE-RQ (PS3.8 section 9.3.2). Unless told otherwise, PARROT calls CONSORT and proposes
 * Verification as 1 and CT Image Storage as 3, in Explicit VR Little Endian.
 */
function associateRequest(say: AssociateWords = {}): Buffer {
  const fixed = Buffer.alloc(68);
  fixed.writeUInt16BE(say.version ?? 1);
  fixed.write((say.called ?? 'CONSORT').padEnd(16), 4, 'latin1');
  fixed.write((say.calling ?? 'PARROT').padEnd(16), 20, 'latin1');
  const maximumLength = Buffer.alloc(4);
  maximumLength.writeUInt32BE(say.maximumLength ?? 16_384);
  const user = [item(0x51, maximumLength), item(0x52, '1.2.3.4'), ...(say.user ?? [])];
  return pdu(
    0x01,
    Buffer.concat([
      fixed,
      ...(say.applicationContexts ?? [item(0x10, '1.2.840.10008.3.1.1.1')]),
      ...(say.contexts ?? [context(1, verification), context(3, ctImageStorage)]),
      item(0x50, say.userInformation ?? Buffer.concat(user)),
    ]),
  );
}

/** A presentation context item as proposed (PS3.8 section 9.3.2.2). */
function context(
  id: number,
  abstractSyntax = ctImageStorage,
  transferSyntaxes: readonly string[] = [explicitLittleEndian],
): Buffer {
  const syntaxes = [item(0x30, abstractSyntax), ...transferSyntaxes.map((uid) => item(0x40, uid))];
  return item(0x20, Buffer.concat([Buffer.of(id, 0, 0, 0), ...syntaxes]));
}

/** A P-DATA-TF of whole values (PS3.8 section 9.3.5). */
function data(...values: readonly Buffer[]): Buffer {
  return pdu(0x04, Buffer.concat(values));
}

/** A presentation data value (PS3.8 annex E). `flags`: 1 command, 2 last. `length` may lie. */
function value(contextId: number, flags: number, bytes: Buffer, length = bytes.length + 2): Buffer {
  const head = Buffer.of(0, 0, 0, 0, contextId, flags);
  head.writeUInt32BE(length);
  return Buffer.concat([head, bytes]);
}

/** A command set (PS3.7 section 6.3.1) of elements of group 0000: text, or a number of two bytes. */
function commandSet(elements: Elements): Buffer {
  const parts = Object.entries(elements).map(([element, content]) => {
    const bytes =
      typeof content === 'number'
        ? Buffer.of(content & 0xff, content >> 8)
        : Buffer.from(content, 'latin1');
    const head = Buffer.alloc(8);
    head.writeUInt16LE(Number(element), 2);
    head.writeUInt32LE(bytes.length, 4);
    return Buffer.concat([head, bytes]);
  });
  return Buffer.concat(parts);
}

/** A C-ECHO-RQ on context 1, as a whole P-DATA-TF. */
function echoRequest(more: Elements = {}): Buffer {
  const usual = { 0x02: even(verification), 0x100: 0x30, 0x110: 1, 0x800: 0x101 };
  return data(value(1, 3, commandSet({ ...usual, ...more })));
}

/** A C-STORE-RQ of a CT image on context 3, as a whole P-DATA-TF; its data set is to be said next. */
function storeRequest(more: Elements = {}): Buffer {
  const usual = { 0x02: even(ctImageStorage), 0x100: 1, 0x110: 7, 0x700: 0, 0x800: 0 };
  return data(value(3, 3, commandSet({ ...usual, 0x1000: even('1.2.3.4'), ...more })));
}

/** A whole data set of any bytes on context 3, as a P-DATA-TF. */
function dataSet(bytes: Buffer): Buffer {
  return data(value(3, 2, bytes));
}
