import { decodeAssociateAccept, decodeAssociateRequest } from './associate-decoder.ts';
import type { Limits } from './limits.ts';
import { pduName, type Fragment, type PduEvent, type PduName } from './pdu.ts';
import { invalidParameter, SpokeTls, unrecognizedPdu } from './protocol-error.ts';

/**
 * Decodes the bytes of one direction of a connection, cut anywhere (PS3.8 section 9.3).
 *
 * Push a chunk, then ask for events until there are none. A P-DATA-TF is never assembled: its fragments are
 * slices of the chunks. The other PDUs are, up to their limit. Time is linear in the bytes, memory bounded by
 * one association PDU, and a length is judged from its header.
 */
export class PduDecoder {
  readonly #limits: Limits;
  readonly #maximumDataLength: number;
  #chunk: Buffer = nothing;
  #at = 0;

  // The next bytes are: the header of a PDU, the body of one, the header of a PDV, the value of one.
  #part: 'header' | 'body' | 'value header' | 'value' = 'header';
  #head = Buffer.alloc(6);
  #headLength = 0;
  #pdu: PduName = 'A-ABORT';
  #pduLeft = 0;
  #body: Buffer | undefined;
  #value = { contextId: 0, isCommand: false, isLastFragment: false, left: 0 };

  /** @param maximumDataLength the longest P-DATA-TF: what we announced; 0 for any, as when we only listen */
  constructor(limits: Limits, maximumDataLength = limits.announcedPduLength) {
    this.#limits = limits;
    this.#maximumDataLength = maximumDataLength || Infinity;
  }

  /** Takes the next bytes. Only when `next` has nothing more to tell. */
  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** The type byte of a PDU of which something has come but nothing was told yet; undefined when there is none. */
  get untold(): number | undefined {
    if (this.#headLength > 0) return this.#head[0];
    return this.#chunk[this.#at];
  }

  /**
   * What the bytes so far say next; undefined when more are needed.
   * @throws ProtocolError
   */
  next(): PduEvent | undefined {
    for (;;) {
      if (this.#part === 'header') return this.#header();
      if (this.#part === 'body') return this.#takeBody();
      if (this.#part === 'value') return this.#fragment();
      if (!this.#valueHeader()) return undefined;
      // An empty fragment says something only as the last one.
      if (this.#value.left === 0 && !this.#value.isLastFragment) this.#endValue();
    }
  }

  #header(): PduEvent | undefined {
    const head = this.#sixBytes();
    if (!head) return undefined;
    const type = head[0]!;
    const length = head.readUInt32BE(2);
    const pdu = pduName(type);
    if (!pdu) {
      const clause = 'PS3.8 section 9.3.1';
      const record = head[1] === 0x03 ? tlsRecords[type] : undefined;
      if (record) {
        const text = `${record} where plain DICOM is spoken; switch TLS off at the peer, or set tls here`;
        throw new SpokeTls({ source: 2, reason: 1 }, text, clause);
      }
      const hex = type.toString(16).padStart(2, '0');
      throw unrecognizedPdu(`a PDU of unknown type 0x${hex}`, clause);
    }
    this.#checkLength(pdu, length);
    this.#pdu = pdu;
    this.#pduLeft = length;
    this.#part = pdu === 'P-DATA-TF' ? 'value header' : 'body';
    return { kind: 'header', pdu, length };
  }

  #checkLength(pdu: PduName, length: number): void {
    const { associatePduLength } = this.#limits;
    const [least, most] =
      pdu === 'P-DATA-TF'
        ? [6, this.#maximumDataLength]
        : pdu === 'A-ASSOCIATE-RQ' || pdu === 'A-ASSOCIATE-AC'
          ? [68, associatePduLength]
          : [4, 4];
    if (length >= least && length <= most) return;
    const allowed = least === most ? `${least}` : `${least} to ${most}`;
    throw invalidParameter(
      `${pdu} with a length of ${length}; ${allowed} is allowed`,
      'PS3.8 section 9.3.1',
    );
  }

  #takeBody(): PduEvent | undefined {
    const available = this.#chunk.length - this.#at;
    if (!this.#body && available >= this.#pduLeft) {
      const whole = this.#chunk.subarray(this.#at, (this.#at += this.#pduLeft));
      return this.#decodeBody(whole);
    }
    if (available === 0) return undefined;
    this.#body ??= Buffer.allocUnsafeSlow(this.#pduLeft);
    const taken = Math.min(available, this.#pduLeft);
    this.#chunk.copy(this.#body, this.#body.length - this.#pduLeft, this.#at, (this.#at += taken));
    this.#pduLeft -= taken;
    if (this.#pduLeft > 0) return undefined;
    const body = this.#body;
    this.#body = undefined;
    return this.#decodeBody(body);
  }

  #decodeBody(body: Buffer): PduEvent {
    this.#part = 'header';
    switch (this.#pdu) {
      case 'A-ASSOCIATE-RQ':
        return { kind: 'A-ASSOCIATE-RQ', request: decodeAssociateRequest(body, this.#limits) };
      case 'A-ASSOCIATE-AC':
        return { kind: 'A-ASSOCIATE-AC', accept: decodeAssociateAccept(body, this.#limits) };
      case 'A-ASSOCIATE-RJ': {
        const [, result = 0, source = 0, reason = 0] = body;
        return { kind: 'A-ASSOCIATE-RJ', rejection: { result, source, reason } };
      }
      case 'A-RELEASE-RQ':
      case 'A-RELEASE-RP':
        return { kind: this.#pdu };
      default: {
        const [, , source = 0, reason = 0] = body;
        return { kind: 'A-ABORT', cause: { source, reason } };
      }
    }
  }

  /** Reads the header of a presentation data value: length, context, message control header (PS3.8 annex E). */
  #valueHeader(): boolean {
    if (this.#pduLeft < 6)
      throw invalidParameter('a P-DATA-TF that ends within a value', pdvClause);
    const head = this.#sixBytes();
    if (!head) return false;
    const length = head.readUInt32BE(0);
    this.#pduLeft -= 4;
    if (length < 2 || length > this.#pduLeft) {
      throw invalidParameter(
        `a presentation data value with a length of ${length} where ${this.#pduLeft} bytes are left`,
        pdvClause,
      );
    }
    this.#pduLeft -= 2;
    const control = head[5]!; // Bits 2 to 7 are never checked by the receiver (PS3.8 section E.2).
    this.#value = {
      contextId: head[4]!,
      isCommand: (control & 1) !== 0,
      isLastFragment: (control & 2) !== 0,
      left: length - 2,
    };
    this.#part = 'value';
    return true;
  }

  #fragment(): PduEvent | undefined {
    const value = this.#value;
    const available = this.#chunk.length - this.#at;
    if (available === 0 && value.left > 0) return undefined;
    const taken = Math.min(available, value.left);
    value.left -= taken;
    this.#pduLeft -= taken;
    const fragment: Fragment = {
      contextId: value.contextId,
      isCommand: value.isCommand,
      bytes: this.#chunk.subarray(this.#at, (this.#at += taken)),
      isLast: value.left === 0 && value.isLastFragment,
    };
    if (value.left === 0) this.#endValue();
    return { kind: 'fragment', fragment };
  }

  #endValue(): void {
    this.#part = this.#pduLeft === 0 ? 'header' : 'value header';
  }

  /** The six bytes that both kinds of header have; undefined while some are missing. */
  #sixBytes(): Buffer | undefined {
    if (this.#headLength === 0 && this.#chunk.length - this.#at >= 6) {
      return this.#chunk.subarray(this.#at, (this.#at += 6));
    }
    while (this.#headLength < 6 && this.#at < this.#chunk.length) {
      this.#head[this.#headLength++] = this.#chunk[this.#at++]!;
    }
    if (this.#headLength < 6) return undefined;
    this.#headLength = 0;
    return this.#head;
  }
}

const nothing = Buffer.alloc(0);
/** Content types of what TLS says first, of either side (RFC 8446 section 5.1). */
const tlsRecords: Readonly<Record<number, string>> = {
  0x15: 'a TLS alert',
  0x16: 'a TLS ClientHello',
};
const pdvClause = 'PS3.8 section 9.3.5.1';
