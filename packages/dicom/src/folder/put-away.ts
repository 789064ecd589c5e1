import { randomBytes } from 'node:crypto';
import { lstat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { makeFolders } from '../publish-file.ts';
import type { KeptFile } from './files-to-put-away.ts';
import { giveName } from './give-name.ts';

/** A file that was taken: it goes into the archive, or is removed where there is none. */
export function putAway(path: string, name: string, archive?: string): KeptFile {
  return {
    putAway: () =>
      unlessGone(path, async () => {
        if (archive === undefined) await unlink(path);
        else await putInto(archive, path, name);
      }),
  };
}

/** A file that cannot be taken: it goes among the errors, and beside it, in `<name>.reason.txt`, why. */
export function putAmongErrors(
  path: string,
  name: string,
  errors: string,
  { code, reason }: { readonly code: string; readonly reason: string },
): KeptFile {
  const text = `${code}: ${reason}\n${new Date().toISOString()}\nTo have it taken again, move it back.\n`;
  let place: string | undefined;
  return {
    code,
    putAway: () =>
      unlessGone(path, async () => {
        // It may be there, and its reason not, when the disk is full.
        place ??= await putInto(errors, path, name);
        await writeFile(`${place}${reasonEnding}`, text, { mode: 0o640 });
      }),
  };
}

/** Somebody may have moved it out of the work folder by hand. */
async function unlessGone(path: string, put: () => Promise<void>): Promise<void> {
  try {
    await put();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || (await isThere(path))) throw error;
  }
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

const reasonEnding = '.reason.txt';

/** Most file systems let a name have 255 bytes; the suffix and what says the reason need theirs. */
const longestName = 225;

/** Below a directory under its own name, with a suffix when another file has that. */
async function putInto(directory: string, path: string, name: string): Promise<string> {
  const wanted = join(directory, dirname(name), shortened(basename(name)));
  await makeFolders(directory, wanted);
  for (let suffix = 0; ; suffix++) {
    const place = suffix === 0 ? wanted : suffixed(wanted, suffix);
    if (await giveName(path, place)) return place;
  }
}

/** Numbers first; a modality that begins anew with IM1.dcm every day must not make us count for ever. */
function suffixed(path: string, suffix: number): string {
  const ending = extname(path);
  const mark = suffix < 20 ? String(suffix) : randomBytes(6).toString('hex');
  return `${path.slice(0, path.length - ending.length)}-${mark}${ending}`;
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= longestName) return name;
  const ending = extname(name).slice(0, 20);
  const bytes = Buffer.from(name).subarray(0, longestName - Buffer.byteLength(ending));
  // A character that was cut in two becomes U+FFFD.
  return bytes.toString().replace(/\uFFFD+$/, '') + ending;
}
