/** What has to be known of a frame to read its pixels (PS3.3 section C.7.6.3). */
export interface FrameImage {
  readonly rows: number;
  readonly columns: number;
  /** Samples per Pixel. */
  readonly samples: number;
  /** Bits Allocated, a multiple of eight. */
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  /** Whether Pixel Representation says so. */
  readonly isSigned: boolean;
}

/** Bytes of a frame, or of a compressed one: more are not held in memory. */
export const largestFrame = 256 * 1024 * 1024;

/** Bytes of a frame whose pixels are plain. */
export function sizeOfFrame({ rows, columns, samples, bitsAllocated }: FrameImage): number {
  return rows * columns * samples * (bitsAllocated / 8);
}
