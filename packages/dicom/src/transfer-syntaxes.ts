/**
 * What is done to the pixel data, as far as choosing goes. `referenced`: the pixel data is not in the
 * data set at all but behind a URL in it, so storing such a data set does not store the image.
 */
export type TransferSyntaxFamily =
  | 'implicitLittleEndian'
  | 'explicitLittleEndian'
  | 'explicitBigEndian'
  | 'deflated'
  | 'encapsulatedUncompressed'
  | 'lossless'
  | 'lossy'
  | 'referenced';

/** A transfer syntax of the standard (PS3.6 annex A, PS3.5 section 10). */
export interface TransferSyntax {
  readonly uid: string;
  readonly keyword: string;
  readonly name: string;
  readonly family: TransferSyntaxFamily;
  /** Whether pixel data comes in fragments (PS3.5 section A.4). */
  readonly isEncapsulated: boolean;
}

/** How the elements of a data set are written (PS3.5 section 7.1, annex A). */
export interface DataSetEncoding {
  readonly isExplicit: boolean;
  readonly isBigEndian: boolean;
  readonly isDeflated: boolean;
}

/**
 * Chooses one of the transfer syntaxes a peer offers for a presentation context.
 *
 * Without a preference: Explicit VR Little Endian, Implicit VR Little Endian, other uncompressed ones,
 * lossless ones, lossy ones, each group in the peer's order; so no peer compresses because of us. One that is
 * not in the table (private, or newer than it) is not chosen, for neither its head nor its loss is known,
 * and a `referenced` one is not, for it does not hold the image.
 * @param preference UIDs; the first of them that is offered is chosen, whatever it is, and no other one
 * @returns undefined when none will do
 */
export function chooseTransferSyntax(
  offered: readonly string[],
  preference?: readonly string[],
): string | undefined {
  if (preference) return preference.find((uid) => offered.includes(uid));
  let best: string | undefined;
  for (const uid of offered) {
    if (rankOf(uid) < (best === undefined ? Infinity : rankOf(best))) best = uid;
  }
  return best;
}

/** Finds a transfer syntax of the standard by its UID, keyword or name; letters and digits decide. */
export function findTransferSyntax(text: string): TransferSyntax | undefined {
  return transferSyntaxes.get(text) ?? byLetters.get(letters(text));
}

/**
 * How the data set of a transfer syntax is encoded. One that is not in the table is read as
 * Explicit VR Little Endian: what PS3.5 section A.4 demands of every encapsulated one.
 */
export function encodingOf(transferSyntaxUid: string): DataSetEncoding {
  const family = transferSyntaxes.get(transferSyntaxUid)?.family;
  return {
    isExplicit: family !== 'implicitLittleEndian',
    isBigEndian: family === 'explicitBigEndian',
    isDeflated: family === 'deflated' || deflatedReferences.has(transferSyntaxUid),
  };
}

const deflatedReferences = new Set(['1.2.840.10008.1.2.4.95', '1.2.840.10008.1.2.4.205']);

const ranks: Readonly<Record<TransferSyntaxFamily, number>> = {
  explicitLittleEndian: 0,
  implicitLittleEndian: 1,
  explicitBigEndian: 2,
  deflated: 2,
  encapsulatedUncompressed: 2,
  lossless: 3,
  lossy: 4,
  referenced: Infinity,
};

function rankOf(uid: string): number {
  const family = transferSyntaxes.get(uid)?.family;
  return family ? ranks[family] : Infinity;
}

function letters(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

// A recompression of lossy JPEG (.111) loses nothing more, yet what it holds is lossy.
const rows = `
1.2.840.10008.1.2        | implicitLittleEndian | ImplicitVRLittleEndian | Implicit VR Little Endian
1.2.840.10008.1.2.1      | explicitLittleEndian | ExplicitVRLittleEndian | Explicit VR Little Endian
1.2.840.10008.1.2.1.98   | encapsulatedUncompressed | EncapsulatedUncompressedExplicitVRLittleEndian | Encapsulated Uncompressed Explicit VR Little Endian
1.2.840.10008.1.2.1.99   | deflated | DeflatedExplicitVRLittleEndian | Deflated Explicit VR Little Endian
1.2.840.10008.1.2.2      | explicitBigEndian | ExplicitVRBigEndian | Explicit VR Big Endian
1.2.840.10008.1.2.4.50   | lossy | JPEGBaseline8Bit | JPEG Baseline (Process 1)
1.2.840.10008.1.2.4.51   | lossy | JPEGExtended12Bit | JPEG Extended (Process 2 and 4)
1.2.840.10008.1.2.4.52   | lossy | JPEGExtended35 | JPEG Extended (Process 3 and 5)
1.2.840.10008.1.2.4.53   | lossy | JPEGSpectralSelectionNonHierarchical68 | JPEG Spectral Selection, Non-Hierarchical (Process 6 and 8)
1.2.840.10008.1.2.4.54   | lossy | JPEGSpectralSelectionNonHierarchical79 | JPEG Spectral Selection, Non-Hierarchical (Process 7 and 9)
1.2.840.10008.1.2.4.55   | lossy | JPEGFullProgressionNonHierarchical1012 | JPEG Full Progression, Non-Hierarchical (Process 10 and 12)
1.2.840.10008.1.2.4.56   | lossy | JPEGFullProgressionNonHierarchical1113 | JPEG Full Progression, Non-Hierarchical (Process 11 and 13)
1.2.840.10008.1.2.4.57   | lossless | JPEGLossless | JPEG Lossless, Non-Hierarchical (Process 14)
1.2.840.10008.1.2.4.58   | lossless | JPEGLosslessNonHierarchical15 | JPEG Lossless, Non-Hierarchical (Process 15)
1.2.840.10008.1.2.4.59   | lossy | JPEGExtendedHierarchical1618 | JPEG Extended, Hierarchical (Process 16 and 18)
1.2.840.10008.1.2.4.60   | lossy | JPEGExtendedHierarchical1719 | JPEG Extended, Hierarchical (Process 17 and 19)
1.2.840.10008.1.2.4.61   | lossy | JPEGSpectralSelectionHierarchical2022 | JPEG Spectral Selection, Hierarchical (Process 20 and 22)
1.2.840.10008.1.2.4.62   | lossy | JPEGSpectralSelectionHierarchical2123 | JPEG Spectral Selection, Hierarchical (Process 21 and 23)
1.2.840.10008.1.2.4.63   | lossy | JPEGFullProgressionHierarchical2426 | JPEG Full Progression, Hierarchical (Process 24 and 26)
1.2.840.10008.1.2.4.64   | lossy | JPEGFullProgressionHierarchical2527 | JPEG Full Progression, Hierarchical (Process 25 and 27)
1.2.840.10008.1.2.4.65   | lossless | JPEGLosslessHierarchical28 | JPEG Lossless, Hierarchical (Process 28)
1.2.840.10008.1.2.4.66   | lossless | JPEGLosslessHierarchical29 | JPEG Lossless, Hierarchical (Process 29)
1.2.840.10008.1.2.4.70   | lossless | JPEGLosslessSV1 | JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14 [Selection Value 1])
1.2.840.10008.1.2.4.80   | lossless | JPEGLSLossless | JPEG-LS Lossless Image Compression
1.2.840.10008.1.2.4.81   | lossy | JPEGLSNearLossless | JPEG-LS Lossy (Near-Lossless) Image Compression
1.2.840.10008.1.2.4.90   | lossless | JPEG2000Lossless | JPEG 2000 Image Compression (Lossless Only)
1.2.840.10008.1.2.4.91   | lossy | JPEG2000 | JPEG 2000 Image Compression
1.2.840.10008.1.2.4.92   | lossless | JPEG2000MCLossless | JPEG 2000 Part 2 Multi-component Image Compression (Lossless Only)
1.2.840.10008.1.2.4.93   | lossy | JPEG2000MC | JPEG 2000 Part 2 Multi-component Image Compression
1.2.840.10008.1.2.4.94   | referenced | JPIPReferenced | JPIP Referenced
1.2.840.10008.1.2.4.95   | referenced | JPIPReferencedDeflate | JPIP Referenced Deflate
1.2.840.10008.1.2.4.100  | lossy | MPEG2MPML | MPEG2 Main Profile / Main Level
1.2.840.10008.1.2.4.100.1 | lossy | MPEG2MPMLF | Fragmentable MPEG2 Main Profile / Main Level
1.2.840.10008.1.2.4.101  | lossy | MPEG2MPHL | MPEG2 Main Profile / High Level
1.2.840.10008.1.2.4.101.1 | lossy | MPEG2MPHLF | Fragmentable MPEG2 Main Profile / High Level
1.2.840.10008.1.2.4.102  | lossy | MPEG4HP41 | MPEG-4 AVC/H.264 High Profile / Level 4.1
1.2.840.10008.1.2.4.102.1 | lossy | MPEG4HP41F | Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.1
1.2.840.10008.1.2.4.103  | lossy | MPEG4HP41BD | MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1
1.2.840.10008.1.2.4.103.1 | lossy | MPEG4HP41BDF | Fragmentable MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1
1.2.840.10008.1.2.4.104  | lossy | MPEG4HP422D | MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video
1.2.840.10008.1.2.4.104.1 | lossy | MPEG4HP422DF | Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video
1.2.840.10008.1.2.4.105  | lossy | MPEG4HP423D | MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video
1.2.840.10008.1.2.4.105.1 | lossy | MPEG4HP423DF | Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video
1.2.840.10008.1.2.4.106  | lossy | MPEG4HP42STEREO | MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2
1.2.840.10008.1.2.4.106.1 | lossy | MPEG4HP42STEREOF | Fragmentable MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2
1.2.840.10008.1.2.4.107  | lossy | HEVCMP51 | HEVC/H.265 Main Profile / Level 5.1
1.2.840.10008.1.2.4.108  | lossy | HEVCM10P51 | HEVC/H.265 Main 10 Profile / Level 5.1
1.2.840.10008.1.2.4.110  | lossless | JPEGXLLossless | JPEG XL Lossless
1.2.840.10008.1.2.4.111  | lossy | JPEGXLJPEGRecompression | JPEG XL JPEG Recompression
1.2.840.10008.1.2.4.112  | lossy | JPEGXL | JPEG XL
1.2.840.10008.1.2.4.201  | lossless | HTJ2KLossless | High-Throughput JPEG 2000 Image Compression (Lossless Only)
1.2.840.10008.1.2.4.202  | lossless | HTJ2KLosslessRPCL | High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)
1.2.840.10008.1.2.4.203  | lossy | HTJ2K | High-Throughput JPEG 2000 Image Compression
1.2.840.10008.1.2.4.204  | referenced | JPIPHTJ2KReferenced | JPIP HTJ2K Referenced
1.2.840.10008.1.2.4.205  | referenced | JPIPHTJ2KReferencedDeflate | JPIP HTJ2K Referenced Deflate
1.2.840.10008.1.2.5      | lossless | RLELossless | RLE Lossless
1.2.840.10008.1.2.8.1    | lossless | DeflatedImageFrameCompression | Deflated Image Frame Compression
`;

/**
 * The transfer syntaxes that can carry an image to be stored, by UID. MIME and XML encodings and the
 * real-time video of PS3.22 are left out: their data sets are not stored as they come.
 */
export const transferSyntaxes: ReadonlyMap<string, TransferSyntax> = new Map(
  rows
    .trim()
    .split('\n')
    .map((row) => {
      const [uid, family, keyword, name] = row.split('|').map((cell) => cell.trim()) as [
        string,
        TransferSyntaxFamily,
        string,
        string,
      ];
      const isEncapsulated = /^(lossless|lossy|encapsulated)/.test(family);
      return [uid, { uid, keyword, name, family, isEncapsulated }];
    }),
);

const byLetters = new Map(
  [...transferSyntaxes.values()].flatMap((syntax) => [
    [letters(syntax.keyword), syntax],
    [letters(syntax.name), syntax],
  ]),
);
