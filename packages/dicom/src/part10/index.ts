export { part10Prefix } from './part10-prefix.ts';
export type { FileMeta } from './part10-prefix.ts';
export { readPart10 } from './read-part10.ts';
export type { Part10 } from './read-part10.ts';
export { documentOfFile, documentOfHandle } from './document-of-file.ts';
export { dataSetDigest } from './data-set-digest.ts';
export { fileSource, tailOf } from '../header/byte-source.ts';
export type { ByteSource } from '../header/byte-source.ts';
export { readHeader } from '../header/read-header.ts';
