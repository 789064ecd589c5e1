import { describe, expect, it } from 'vitest';
import type { FoundFile } from './scan-folder.ts';
import { settledFiles } from './settled-files.ts';

const file: FoundFile = { name: 'a.dcm', size: 1, modified: 1, inode: 1 };

describe('settledFiles', () => {
  it.each([{ size: 2 }, { modified: 2 }, { inode: 2 }])(
    'takes a file once it was seen the same for long enough; %j begins anew',
    (change) => {
      let now = 0;
      const settled = settledFiles(2_000, () => now);
      expect(settled.of([file])).toEqual([]);
      expect(settled.hasOpen).toBe(true);
      now = 1_999;
      expect(settled.of([file])).toEqual([]);
      now = 2_000;
      const changed = { ...file, ...change };
      expect(settled.of([changed])).toEqual([]);
      now = 3_999;
      expect(settled.of([changed])).toEqual([]);
      now = 4_000;
      expect(settled.of([changed])).toEqual([changed]);
      expect(settled.hasOpen).toBe(false);
    },
  );

  it('asks no file for its time: a clock that is wrong elsewhere keeps nothing waiting', () => {
    let now = 0;
    const settled = settledFiles(2_000, () => now);
    const ofTomorrow = { ...file, modified: Date.now() + 86_400_000 };
    settled.of([ofTomorrow]);
    now = 2_000;
    expect(settled.of([ofTomorrow])).toEqual([ofTomorrow]);
  });

  it('forgets a file that was gone at a look', () => {
    let now = 0;
    const settled = settledFiles(2_000, () => now);
    settled.of([file]);
    now = 1_000;
    settled.of([]);
    now = 2_000;
    expect(settled.of([file])).toEqual([]);
  });

  it('takes everything at once where nothing is to be waited for', () => {
    expect(settledFiles(0).of([file])).toEqual([file]);
  });
});
