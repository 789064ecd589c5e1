import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DocumentStore } from '@consort/core';
import type { Codecs } from '../codecs/codecs.ts';
import { pydicom } from '../data-set/pydicom.fixture.ts';
import { storedBytes } from '../data-set/stored.fixture.ts';
import { part10Prefix } from '../part10/part10-prefix.ts';
import { readPart10 } from '../part10/read-part10.ts';
import { transcode } from './transcode.ts';

const run = promisify(execFile);

/** Writes a file's data set in another transfer syntax. @returns the path of the new file; what `transcode` throws */
export async function transcodedFile(
  file: string,
  to: string,
  documents: DocumentStore,
  codecs: Codecs,
): Promise<string> {
  const bytes = await readFile(file);
  const { meta: from, dataSetPosition } = await readPart10({
    size: bytes.length,
    read: async (at, length) => bytes.subarray(at, at + length),
  });
  // Whatever it holds: some have no SOP class, which nobody could send.
  const { document } = await storedBytes(
    documents,
    bytes.subarray(dataSetPosition),
    from.transferSyntaxUid,
  );
  const parts: Buffer[] = [];
  for await (const part of await transcode(document!, documents, to, codecs)) {
    parts.push(Buffer.from(part));
  }
  const { sopClassUid = '1.2', sopInstanceUid = '1.2.3' } = from;
  const meta = part10Prefix({ sopClassUid, sopInstanceUid, transferSyntaxUid: to });
  const path = `${file}.${to}`;
  await writeFile(path, Buffer.concat([meta, ...parts]));
  return path;
}

/**
 * Has DCMTK make plain pixels of a file, which it knows of all but JPEG 2000.
 * @returns the path of the new file
 */
export async function decodedByDcmtk(file: string, folder: string): Promise<string> {
  const path = join(folder, `decoded-${(decoded += 1)}.dcm`);
  for (const tool of ['dcmdjpeg', 'dcmdjpls', 'dcmdrle']) {
    if (await run(tool, [file, path]).catch(() => undefined)) return path;
  }
  throw new Error(`DCMTK does not decode ${file}`);
}

let decoded = 0;

/**
 * What differs between pairs of files: of their pixels, and of all other elements but those that belong to pixels. Colour
 * by plane is compared with colour by pixel.
 */
export function differences(pairs: readonly (readonly [string, string])[]): readonly string[] {
  return pydicom(compare, pairs) as readonly string[];
}

const compare = `
of_pixels = [0x7fe00001, 0x7fe00002, 0x7fe00010, 0x00280004, 0x00280006, 0x00282110, 0x00282112, 0x00282114]
def readable(ds, tag):
    try: return repr(ds[tag].value or '') if tag.is_private else repr(ds[tag].value)
    except ValueError: return 'not to be read'
def elements(ds, at=''):
    for tag in sorted(ds.keys()):
        if tag.element == 0 or (at == '' and tag in of_pixels): continue
        here, raw = at + str(tag), ds.get_item(tag)
        # A private element may have no VR in one of them: its bytes count.
        if tag.is_private and isinstance(raw, pydicom.dataelem.RawDataElement) and raw.VR != 'SQ':
            yield here, repr((raw.value or b'').rstrip(b'\\0').hex())
        elif readable(ds, tag) != 'not to be read' and ds[tag].VR == 'SQ':
            yield here, len(ds[tag].value)
            for i, item in enumerate(ds[tag].value): yield from elements(item, here + str(i))
        else:
            yield here, readable(ds, tag)
def pixels(ds):
    size = ds.Rows * ds.Columns * ds.SamplesPerPixel * ds.BitsAllocated // 8 * int(ds.get('NumberOfFrames') or 1)
    data, width = ds.PixelData[:size], ds.BitsAllocated // 8
    if ds.get('PlanarConfiguration') != 1: return data
    count, out = ds.Rows * ds.Columns * width, bytearray(len(data))
    for start in range(0, len(data), 3 * count):
        for sample in range(3):
            for byte in range(width):
                plane = data[start + sample * count + byte:start + (sample + 1) * count:width]
                out[start + sample * width + byte:start + 3 * count:3 * width] = plane
    return bytes(out)
def compared(one, other):
    a, b = pydicom.dcmread(one, force=True), pydicom.dcmread(other, force=True)
    left, right = list(elements(a)), list(elements(b))
    for x, y in zip(left, right):
        if x != y: yield f'{x} {y}'
    if len(left) != len(right): yield f'{len(left)} elements are {len(right)}'
    if 'PixelData' not in a or 'BitsAllocated' not in a: return
    if pixels(a) != pixels(b): yield 'other pixels'
    x, y = a.get('PhotometricInterpretation'), b.get('PhotometricInterpretation')
    if x != y: yield f'{x} is {y}'
out = []
for one, other in json.load(sys.stdin):
    try: out += [f'{other}: {what}' for what in compared(one, other)]
    except Exception as error: out.append(f'{other}: {error!r}')
print(json.dumps(out))
`;
