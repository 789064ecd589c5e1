import { encodingOf } from '../transfer-syntaxes.ts';

/** The unique keys of an image and of what it is in (PS3.4 section C.6.2.1). */
export interface ImageKeys {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
}

/** The identifier of a C-FIND for one image, in a little endian transfer syntax (PS3.4 section C.4.1.1.3). */
export function imageIdentifier(keys: ImageKeys, transferSyntaxUid: string): Buffer {
  const { isExplicit } = encodingOf(transferSyntaxUid);
  const write = (group: number, element: number, vr: 'CS' | 'UI', text: string) => {
    const padding = text.length % 2 === 0 ? '' : vr === 'UI' ? '\0' : ' ';
    const value = Buffer.from(text + padding, 'latin1');
    const head = Buffer.alloc(8);
    head.writeUInt16LE(group, 0);
    head.writeUInt16LE(element, 2);
    if (isExplicit) {
      head.write(vr, 4, 'latin1');
      head.writeUInt16LE(value.length, 6);
    } else head.writeUInt32LE(value.length, 4);
    return Buffer.concat([head, value]);
  };
  return Buffer.concat([
    write(0x0008, 0x0018, 'UI', keys.sopInstanceUid),
    write(0x0008, 0x0052, 'CS', 'IMAGE'),
    write(0x0020, 0x000d, 'UI', keys.studyInstanceUid),
    write(0x0020, 0x000e, 'UI', keys.seriesInstanceUid),
  ]);
}
