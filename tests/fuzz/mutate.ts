import type { Random } from './random.ts';

/**
 * Changes bytes in one to six places: bits, bytes put in, taken out or said twice, a stretch of another
 * conversation, a length that lies.
 * @param others conversations that stretches are taken from
 */
export function mutate(bytes: Buffer, others: readonly Buffer[], random: Random): Buffer {
  let changed = bytes;
  for (let times = 1 + random.below(6); times > 0; times -= 1)
    changed = random.among(mutations)(changed, random, others);
  return changed.subarray(0, longest);
}

const longest = 512 * 1024;

type Mutation = (bytes: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

const telling = [0, 1, 2, 4, 6, 7, 0x7f, 0x80, 0xfe, 0xff];

const flip: Mutation = (bytes, random) => {
  const changed = Buffer.from(bytes);
  const at = place(bytes, random);
  if (at < changed.length) changed[at] = changed[at]! ^ (1 << random.below(8));
  return changed;
};

const overwrite: Mutation = (bytes, random) => {
  const changed = Buffer.from(bytes);
  const at = place(bytes, random);
  for (let count = 1 + random.below(8); count > 0 && at + count <= changed.length; count -= 1)
    changed[at + count - 1] = random.among(telling);
  return changed;
};

const insert: Mutation = (bytes, random) => {
  const more = Buffer.from(Array.from({ length: 1 + random.below(40) }, () => random.below(256)));
  return withPart(bytes, place(bytes, random), 0, more);
};

const remove: Mutation = (bytes, random) =>
  withPart(bytes, place(bytes, random), 1 + random.below(40), Buffer.alloc(0));

const repeat: Mutation = (bytes, random) => {
  const at = place(bytes, random);
  const part = bytes.subarray(at, at + 1 + random.below(400));
  const times = random.among([1, 2, 20, 500]);
  return withPart(bytes, at, 0, Buffer.concat(Array<Buffer>(times).fill(part)));
};

const splice: Mutation = (bytes, random, others) => {
  const other = random.among(others);
  const from = place(other, random);
  const part = other.subarray(from, from + 1 + random.below(600));
  return withPart(bytes, place(bytes, random), random.below(100), part);
};

/** Makes a length of 2 or 4 bytes another one: as large as it gets, nothing, or off by a little. */
const length: Mutation = (bytes, random) => {
  const changed = Buffer.from(bytes);
  const size = random.among([2, 4]);
  const at = random.among([random.among(pdusOf(bytes)) + 2, place(bytes, random)]);
  if (at + size > changed.length) return changed;
  const largest = 2 ** (8 * size);
  const now = changed.readUIntBE(at, size);
  const lie = random.among([0, largest - 1, largest / 2, now + 1, now - 1, now + random.below(99)]);
  changed.writeUIntBE((lie + largest) % largest, at, size);
  return changed;
};

const mutations: readonly Mutation[] = [flip, overwrite, insert, remove, repeat, splice, length];

/** Anywhere; more often near the beginning of a PDU, where what matters stands. */
function place(bytes: Buffer, random: Random): number {
  const within = random.among([6, 30, 200, bytes.length]);
  const start = within === bytes.length ? 0 : random.among(pdusOf(bytes));
  return start + random.below(Math.min(within, bytes.length - start) + 1);
}

/** Where the first PDUs begin, as far as their lengths tell. */
function pdusOf(bytes: Buffer): readonly number[] {
  const starts = [0];
  for (let at = 0; starts.length < 50;) {
    if (at + 6 > bytes.length) break;
    at += 6 + bytes.readUInt32BE(at + 2);
    if (at >= bytes.length) break;
    starts.push(at);
  }
  return starts;
}

function withPart(bytes: Buffer, at: number, removed: number, part: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at + removed)]);
}
