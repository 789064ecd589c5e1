/** A change of bytes: at `position`, `removed` bytes make way for `inserted`. */
export interface Patch {
  readonly position: number;
  readonly removed: number;
  readonly inserted: Buffer;
}

/**
 * Bytes with patches applied; what no patch touches passes as it is, in the chunks it came in.
 * @param patches by position, none inside of another
 */
export async function* patched(
  chunks: AsyncIterable<Buffer>,
  patches: readonly Patch[],
): AsyncGenerator<Buffer> {
  let position = 0;
  let next = 0;
  let skipTo = 0;
  for await (const chunk of chunks) {
    const end = position + chunk.length;
    let from = position;
    for (; next < patches.length && patches[next]!.position < end; next++) {
      const patch = patches[next]!;
      const start = Math.max(from, skipTo);
      if (patch.position > start) yield chunk.subarray(start - position, patch.position - position);
      if (patch.inserted.length > 0) yield patch.inserted;
      from = patch.position;
      skipTo = Math.max(skipTo, patch.position + patch.removed);
    }
    const start = Math.max(from, skipTo);
    if (start < end) yield chunk.subarray(start - position);
    position = end;
  }
  for (const { inserted } of patches.slice(next)) if (inserted.length > 0) yield inserted;
}
