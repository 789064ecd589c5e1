import {
  implementationClassUid,
  implementationVersionName,
} from '../association/implementation.ts';

/** What the file says about itself before its data set. */
export interface FileMeta {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  /** The AE title the image came from; left out when it is not known. */
  readonly sourceAeTitle?: string | undefined;
}

/**
 * What stands before the data set in a file: 128 zero bytes, DICM, and the File Meta Information, always in
 * Explicit VR Little Endian (PS3.10 section 7.1). The data set follows as it is.
 */
export function part10Prefix(meta: FileMeta): Buffer {
  const elements = Buffer.concat([
    fileMetaInformationVersion,
    element(0x0002, 'UI', meta.sopClassUid),
    element(0x0003, 'UI', meta.sopInstanceUid),
    element(0x0010, 'UI', meta.transferSyntaxUid),
    element(0x0012, 'UI', implementationClassUid),
    element(0x0013, 'SH', implementationVersionName),
    meta.sourceAeTitle ? element(0x0016, 'AE', meta.sourceAeTitle) : Buffer.alloc(0),
  ]);
  const groupLength = Buffer.from([0x02, 0, 0, 0, 0x55, 0x4c, 4, 0, 0, 0, 0, 0]);
  groupLength.writeUInt32LE(elements.length, 8);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), groupLength, elements]);
}

// (0002,0001) OB, two bytes: 00 01.
const fileMetaInformationVersion = Buffer.from([2, 0, 1, 0, 0x4f, 0x42, 0, 0, 2, 0, 0, 0, 0, 1]);

/** An element of group 0002 with a short length, padded to an even one (PS3.5 sections 6.2 and 7.1.1). */
function element(number: number, vr: 'UI' | 'SH' | 'AE', text: string): Buffer {
  const padding = text.length % 2 === 0 ? '' : vr === 'UI' ? '\0' : ' ';
  const value = Buffer.from(text + padding, 'latin1');
  const head = Buffer.alloc(8);
  head.writeUInt16LE(0x0002, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, 'latin1');
  head.writeUInt16LE(value.length, 6);
  return Buffer.concat([head, value]);
}
