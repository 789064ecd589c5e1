import type { Frames } from '../frames/read-frames.ts';
import { largestFrame } from './frame-image.ts';
import { FrameUnfit } from './frame-unfit.ts';

/** Reads a frame, as its data set has it, into memory. @throws FrameUnfit when it is too large for that; as `Frames.frame` */
export async function readFrame(frames: Frames, number: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of frames.frame(number) as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > largestFrame) {
      throw new FrameUnfit(`is larger than ${largestFrame / 1024 / 1024} MiB`);
    }
    parts.push(part);
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts, size);
}
