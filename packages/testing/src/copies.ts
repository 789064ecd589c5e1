import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes copies of a DICOM file that differ in their SOP Instance UID alone.
 * @param sopInstanceUid as it stands in the file; its last five characters become the copy's number
 * @returns the paths
 */
export async function copiesOf(
  file: string,
  sopInstanceUid: string,
  count: number,
  folder: string,
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const original = await readFile(file);
  const places = placesOf(original, Buffer.from(sopInstanceUid));
  if (places.length === 0) throw new Error(`${file} does not hold the UID given`);
  const paths: string[] = [];
  for (let number = 0; number < count; number++) {
    const copy = Buffer.from(original);
    // A component of a UID has no leading zero (PS3.5 section 9.1): numbers from 10000 on.
    for (const place of places)
      copy.write(String(10_000 + number), place + sopInstanceUid.length - 5);
    const path = join(folder, `${10_000 + number}.dcm`);
    await writeFile(path, copy);
    paths.push(path);
  }
  return paths;
}

function placesOf(bytes: Buffer, needle: Buffer): readonly number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) places.push(at);
  return places;
}
