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
  const at = random.among([lengthOfPdu(bytes, random), place(bytes, random)]);
  if (at + size > changed.length) return changed;
  const largest = 2 ** (8 * size);
  const now = changed.readUIntBE(at, size);
  const lie = random.among([0, largest - 1, largest / 2, now + 1, now - 1, now + random.below(99)]);
  changed.writeUIntBE((lie + largest) % largest, at, size);
  return changed;
};

const mutations: readonly Mutation[] = [flip, overwrite, insert, remove, repeat, splice, length];

/** Anywhere; more often near the beginning, where what matters stands. */
function place(bytes: Buffer, random: Random): number {
  const within = random.among([6, 80, 400, bytes.length, bytes.length]);
  return random.below(Math.min(within, bytes.length) + 1);
}

/** Where one of the first PDUs says how long it is. */
function lengthOfPdu(bytes: Buffer, random: Random): number {
  let at = 0;
  for (let skip = random.below(6); skip > 0 && at + 6 <= bytes.length; skip -= 1)
    at += 6 + bytes.readUInt32BE(at + 2);
  return at + 2;
}

function withPart(bytes: Buffer, at: number, removed: number, part: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at + removed)]);
}
