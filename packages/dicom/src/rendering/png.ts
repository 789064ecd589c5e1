import { crc32, deflateSync } from 'node:zlib';

/** A picture of 8 bits a sample: gray, or colour by pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly samples: 1 | 3;
  readonly bytes: Buffer;
}

/** A picture as PNG (ISO/IEC 15948). */
export function encodePng({ width, height, samples, bytes }: Picture): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = samples === 1 ? 0 : 2;
  const row = width * samples;
  // A byte before each row names its filter: none.
  const rows = Buffer.alloc((row + 1) * height);
  for (let y = 0; y < height; y += 1) {
    bytes.copy(rows, y * (row + 1) + 1, y * row, (y + 1) * row);
  }
  const signature = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
