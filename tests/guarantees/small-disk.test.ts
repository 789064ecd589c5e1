import { it } from 'vitest';
import { describeOnSmallDisks } from '../durability/small-disk.ts';
import { ctImages } from '../durability/transfer.ts';
import { folder } from '../operated.ts';
import { proveNothingIsRefused } from './small-disk.ts';

describeOnSmallDisks(['redis', 'pydicom'], 'a small disk under load', () => {
  it('makes room by purging what is completed, and refuses nothing meanwhile', async () => {
    const images = await ctImages(700, folder);
    await proveNothingIsRefused({ part: 'documents', megabytes: 20, images });
  });
});
