import { invalidParameter } from './protocol-error.ts';

/** An item or sub-item: type, reserved byte, length of two bytes, value (PS3.8 section 9.3.2). */
export interface Item {
  readonly type: number;
  readonly value: Buffer;
}

/**
 * The items that fill a part of a PDU, none reaching beyond its end.
 * @throws ProtocolError
 */
export function* itemsOf(bytes: Buffer, within: string): Generator<Item> {
  let at = 0;
  while (at < bytes.length) {
    const end = at + 4 <= bytes.length ? at + 4 + bytes.readUInt16BE(at + 2) : Infinity;
    if (end > bytes.length) {
      throw invalidParameter(
        `an item that reaches beyond the end of ${within}`,
        'PS3.8 section 9.3.2',
      );
    }
    yield { type: bytes[at]!, value: bytes.subarray(at + 4, end) };
    at = end;
  }
}

/** A UID as text, without the padding some senders add. It may still be no UID: see `isUid`. */
export function uidText(bytes: Buffer): string {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x00 || bytes[end - 1] === 0x20)) end -= 1;
  return bytes.toString('latin1', 0, end);
}

/** Says whether a text is a UID: at most 64 characters, numbers with dots between them (PS3.5 section 9.1). */
export function isUid(text: string): boolean {
  return text.length <= 64 && /^\d+(?:\.\d+)*$/.test(text);
}
