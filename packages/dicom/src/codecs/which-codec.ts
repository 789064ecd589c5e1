/** What decodes and encodes frames: RLE, JPEG with its lossless process, JPEG-LS, JPEG 2000, High-Throughput JPEG 2000. */
export type Codec = 'rle' | 'jpeg' | 'jpegLs' | 'jpeg2000' | 'htJpeg2000';

/** The codec that reads the frames of a transfer syntax; undefined where none does. */
export function decoderFor(transferSyntaxUid: string): Codec | undefined {
  return decoders.get(transferSyntaxUid);
}

/** The codec that writes frames in a transfer syntax without loss; undefined where none does. */
export function encoderFor(transferSyntaxUid: string): Codec | undefined {
  return encoders.get(transferSyntaxUid);
}

// JPEG XL is not among them: its codestream does not say its size where it could be looked at before it is decoded.
const decoders: ReadonlyMap<string, Codec> = new Map([
  ['1.2.840.10008.1.2.4.50', 'jpeg'],
  ['1.2.840.10008.1.2.4.51', 'jpeg'],
  ['1.2.840.10008.1.2.4.53', 'jpeg'],
  ['1.2.840.10008.1.2.4.55', 'jpeg'],
  ['1.2.840.10008.1.2.4.57', 'jpeg'],
  ['1.2.840.10008.1.2.4.70', 'jpeg'],
  ['1.2.840.10008.1.2.4.80', 'jpegLs'],
  ['1.2.840.10008.1.2.4.81', 'jpegLs'],
  ['1.2.840.10008.1.2.4.90', 'jpeg2000'],
  ['1.2.840.10008.1.2.4.91', 'jpeg2000'],
  ['1.2.840.10008.1.2.4.201', 'htJpeg2000'],
  ['1.2.840.10008.1.2.4.202', 'htJpeg2000'],
  ['1.2.840.10008.1.2.4.203', 'htJpeg2000'],
  ['1.2.840.10008.1.2.5', 'rle'],
]);

const encoders: ReadonlyMap<string, Codec> = new Map([
  ['1.2.840.10008.1.2.4.57', 'jpeg'],
  ['1.2.840.10008.1.2.4.70', 'jpeg'],
  ['1.2.840.10008.1.2.4.80', 'jpegLs'],
  ['1.2.840.10008.1.2.4.90', 'jpeg2000'],
  ['1.2.840.10008.1.2.5', 'rle'],
]);
