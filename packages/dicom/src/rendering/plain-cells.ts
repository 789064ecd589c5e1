/** Single bits, the lowest of a byte first (PS3.5 section 8.1.1), a byte each. */
export function unpackedBits(bits: Buffer, count: number): Buffer {
  const bytes = Buffer.alloc(count);
  for (let index = 0; index < count; index += 1) {
    bytes[index] = (bits[index >>> 3]! >>> (index & 7)) & 1;
  }
  return bytes;
}

/** Two pixels of YBR_FULL_422, which share their chrominance, as two that have their own (PS3.3 section C.7.6.3.1.2). */
export function unfolded422(pairs: Buffer): Buffer {
  const pixels = Buffer.alloc((pairs.length / 4) * 6);
  for (let from = 0, to = 0; from + 4 <= pairs.length; from += 4, to += 6) {
    const [first, second, blue, red] = pairs.subarray(from, from + 4);
    pixels.set([first!, blue!, red!, second!, blue!, red!], to);
  }
  return pixels;
}
