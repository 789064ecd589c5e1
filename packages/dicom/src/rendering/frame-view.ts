/** A look-up table (PS3.3 section C.11.1.1): its first entry is for `first` and all below, its last for all above. */
export interface Lut {
  readonly first: number;
  readonly bits: number;
  readonly entries: Uint16Array<ArrayBuffer>;
}

/** Which values become black and white, and how those between (PS3.3 section C.11.2.1.2). */
export interface ViewWindow {
  readonly center: number;
  readonly width: number;
  readonly shape: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';
}

/** How stored pixels become a picture. */
export interface FrameView {
  readonly photometricInterpretation: string;
  readonly highBit: number;
  /** Of stored values: a Modality LUT, or slope and intercept. */
  readonly modality: Lut | { readonly slope: number; readonly intercept: number };
  /** Of the values that gives; without one from the least to the greatest that there is. */
  readonly voi?: Lut | ViewWindow;
  /** Red, green and blue of PALETTE COLOR. */
  readonly palette?: readonly Lut[];
  /** Stored values that stand for no pixel (PS3.3 section C.7.5.1.1.2). */
  readonly padding?: number;
  /** Pixels of the longer side, at most. */
  readonly maxSize: number;
}
