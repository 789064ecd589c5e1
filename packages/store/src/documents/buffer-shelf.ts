/** Bytes gathered before they are written: few enough to hold, enough to make the call worth it. */
export const bufferSize = 1024 * 1024;

/** Write buffers that are used again: a new one of this size costs a page fault for each of its pages. */
export interface BufferShelf {
  take(): Buffer;
  giveBack(buffer: Buffer): void;
}

/** Makes a shelf that keeps at most 8 idle buffers, 8 MB. */
export function bufferShelf(): BufferShelf {
  const idle: Buffer[] = [];
  return {
    take: () => idle.pop() ?? Buffer.allocUnsafeSlow(bufferSize),
    giveBack(buffer) {
      if (idle.length < 8) idle.push(buffer);
    },
  };
}
