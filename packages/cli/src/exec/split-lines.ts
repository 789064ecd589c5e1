import { StringDecoder } from 'node:string_decoder';

/** Cuts a stream of bytes into lines. */
export interface LineSplitter {
  /** The lines that end in these bytes; `tooLong` once a line has more than the limit. */
  push(bytes: Buffer): readonly string[] | 'tooLong';
}

/** @param limit bytes of a line; what is more is not kept */
export function splitLines(limit: number): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let size = 0;
  return {
    push(bytes) {
      const lines: string[] = [];
      for (let start = 0; start < bytes.length;) {
        const end = bytes.indexOf(0x0a, start);
        const part = bytes.subarray(start, end < 0 ? bytes.length : end);
        size += part.length;
        if (size > limit) return 'tooLong';
        rest += decoder.write(part);
        if (end < 0) break;
        lines.push(rest);
        rest = '';
        size = 0;
        start = end + 1;
      }
      return lines;
    },
  };
}
