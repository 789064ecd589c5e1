import { decodeValue } from '../data-set/decode-value.ts';
import type { TreeElement, TreeItem } from '../data-set/element-tree.ts';
import { textsOf } from '../data-set/tree-values.ts';
import { FrameUnfit } from '../codecs/frame-unfit.ts';
import type { FrameImage } from '../codecs/frame-image.ts';
import type { FrameView, Lut, ViewWindow } from './frame-view.ts';

/** Reads the value of an element that was not kept. */
export type ValueReader = (element: TreeElement) => Promise<Buffer>;

/** What is chosen of a view. */
export type ChosenView = Pick<FrameView, 'maxSize' | 'photometricInterpretation'> & {
  readonly window?: ViewWindow | undefined;
};

/**
 * How a data set has a frame shown: its Modality LUT or rescale, its VOI LUT or window, its palette; also those of the
 * functional groups of the frame (PS3.3 sections C.11.1, C.11.2, C.7.6.16).
 * @param number of the frame; the first is 1
 * @throws FrameUnfit when a table cannot be read
 */
export async function viewOfTree(
  tree: TreeItem,
  number: number,
  image: FrameImage,
  chosen: ChosenView,
  read: ValueReader,
): Promise<FrameView> {
  const { photometricInterpretation, maxSize, window } = chosen;
  const macros = macrosOf(tree, number);
  const holder = (tag: number) => macros.find(({ elements }) => elements.has(tag)) ?? tree;
  const [highBit = image.bitsStored - 1] = numbersAt(tree, 0x00280102);
  const table = (sequence: number) => {
    const item = holder(sequence).elements.get(sequence)?.items?.[0];
    return item && lutOf(item, 0x00283002, 0x00283006, image, read);
  };
  const [slope = 1] = numbersAt(holder(0x00281053), 0x00281053);
  const [intercept = 0] = numbersAt(holder(0x00281052), 0x00281052);
  const modality = (await table(0x00283000)) ?? { slope, intercept };
  const voi = window ?? windowAt(holder(0x00281050)) ?? (await table(0x00283010));
  const [padding] = numbersAt(tree, 0x00280120);
  const palette = photometricInterpretation === 'PALETTE COLOR' && [
    await lutOf(tree, 0x00281101, 0x00281201, image, read),
    await lutOf(tree, 0x00281102, 0x00281202, image, read),
    await lutOf(tree, 0x00281103, 0x00281203, image, read),
  ];
  return {
    photometricInterpretation,
    highBit,
    modality,
    maxSize,
    ...(voi && { voi }),
    ...(padding === undefined ? {} : { padding }),
    ...(palette && { palette }),
  };
}

/** The functional group macros of a frame, its own before those that all frames share. */
function macrosOf(tree: TreeItem, number: number): readonly TreeItem[] {
  const own = tree.elements.get(0x52009230)?.items?.[number - 1];
  const shared = tree.elements.get(0x52009229)?.items?.[0];
  return [own, shared].flatMap((groups) =>
    groups ? [...groups.elements.values()].flatMap(({ items }) => items?.[0] ?? []) : [],
  );
}

function windowAt(item: TreeItem): ViewWindow | undefined {
  const [center] = numbersAt(item, 0x00281050);
  const [width] = numbersAt(item, 0x00281051);
  if (center === undefined || width === undefined || width <= 0) return undefined;
  const element = item.elements.get(0x00281056);
  const text = element && textsOf(element, item);
  const shape = text === 'SIGMOID' || text === 'LINEAR_EXACT' ? text : 'LINEAR';
  return { center, width, shape };
}

/** LUT Descriptor and LUT Data (PS3.3 section C.11.1.1). */
async function lutOf(
  item: TreeItem,
  descriptor: number,
  data: number,
  { isSigned }: FrameImage,
  read: ValueReader,
): Promise<Lut> {
  const [count, first, bits] = numbersAt(item, descriptor);
  const element = item.elements.get(data);
  if (count === undefined || first === undefined || bits === undefined || !element) {
    throw new FrameUnfit('has a look-up table without its data, or a segmented one');
  }
  const length = count & 0xffff || 65_536;
  if (element.length > 2 * 65_536)
    throw new FrameUnfit('has a look-up table of more than 65536 entries');
  const bytes = element.bytes ?? (await read(element));
  const isPacked = bytes.length < 2 * length;
  if (bytes.length < length || bits < 1 || bits > 16) {
    throw new FrameUnfit('has a look-up table that is shorter than it says');
  }
  const word = (at: number) =>
    element.isBigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
  const entries = Uint16Array.from({ length }, (_, index) =>
    isPacked ? bytes[index]! : word(2 * index),
  );
  // The descriptor may be written as US where pixels are signed.
  const begins = isSigned && first > 0x7fff ? first - 0x10000 : first;
  return { first: begins, bits: isPacked ? 8 : bits, entries };
}

/** The numbers of an element; none where there is no such element. */
function numbersAt(item: TreeItem, tag: number): readonly number[] {
  const element = item.elements.get(tag);
  if (!element?.bytes) return [];
  const { vr, isBigEndian, bytes } = element;
  return [decodeValue(bytes, { vr, isBigEndian, characterSets: item.characterSets })]
    .flat()
    .filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
}
