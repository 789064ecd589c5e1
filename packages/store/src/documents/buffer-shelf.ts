/** Bytes gathered before they are written: few enough to hold, enough to make the call worth it. */
export const bufferSize = 256 * 1024;

/** Write buffers that are used again: a new one of this size costs a page fault for each of its pages. */
export interface BufferShelf {
  take(): Buffer;
  giveBack(buffer: Buffer): void;
}

/** Makes a shelf that keeps at most 16 idle buffers, 4 MB. */
export function bufferShelf(): BufferShelf {
  const idle: Buffer[] = [];
  return {
    take: () => idle.pop() ?? Buffer.allocUnsafeSlow(bufferSize),
    giveBack(buffer) {
      if (idle.length < 16) idle.push(buffer);
    },
  };
}
