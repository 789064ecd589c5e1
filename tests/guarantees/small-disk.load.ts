import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'vitest';
import { makeImages } from '../../bench/images.ts';
import { describeOnSmallDisks } from '../durability/small-disk.ts';
import { proveNothingIsRefused } from './small-disk.ts';

describeOnSmallDisks(
  ['redis', 'pydicom'],
  'a disk of 256 MB under load, with record and Redis on it',
  () => {
    it('makes room by purging what is completed, and refuses nothing meanwhile', async () => {
      const made = await makeImages(1_000);
      const images = (await readdir(made)).map((name) => join(made, name));
      await proveNothingIsRefused({ part: '', megabytes: 256, images });
      await rm(made, { recursive: true });
    });
  },
);
