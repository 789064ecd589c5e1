import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = '/usr/lib/python3/dist-packages/pydicom/data';

/** The real DICOM files of Debian's python3-pydicom, all that end in .dcm, sorted. */
export function pydicomFiles(): readonly string[] {
  return ['test_files', 'charset_files'].flatMap((part) => {
    const path = join(folder, part);
    if (!existsSync(path)) return [];
    return readdirSync(path)
      .filter((name) => name.endsWith('.dcm'))
      .sort()
      .map((name) => join(path, name));
  });
}

/** Seven CT images of one real study. */
export function sampleStudy(): readonly string[] {
  const study = join(folder, 'test_files/dicomdirtests/98892001');
  return ['CT2N', 'CT5N'].flatMap((series) =>
    readdirSync(join(study, series))
      .sort()
      .map((name) => join(study, series, name)),
  );
}
