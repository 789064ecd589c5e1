/**
 * A frame that cannot be coded or drawn. Its message completes `frame 3 …`, and has no value of the image but
 * numbers that say how it is encoded.
 */
export class FrameUnfit extends Error {
  override readonly name = 'FrameUnfit';
}
