import { execFile } from 'node:child_process';
import { copyFile, lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dataSetDigest } from '@consort/dicom/part10';
import { pydicomFiles, sampleStudy, startTestProduction } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { filesBelow, firsts, watched } from './watched.ts';

const run = promisify(execFile);
const patience = { timeout: 60_000 };

/** A name with what must not leave the files and the record. */
const canary = 'Zebrafink^Jane 19030417';

describeWith(['redis', 'pydicom'], 'what is no image in a watched folder', () => {
  it('is put among the errors with its reason, unopened where it is no file, and keeps nothing else', async () => {
    await using site = await watched();
    const image = await readFile(sampleStudy()[0]!);
    const place = (name: string) => join(site.in, name);
    const outside = join(site.folder, 'outside.dcm');
    await writeFile(outside, image);
    await symlink(outside, place('link.dcm'));
    await symlink('nowhere', place('dangling.dcm'));
    await run('mkfifo', [place('fifo.dcm')]);
    await mkdir(place('folder.dcm'));
    await writeFile(place('folder.dcm/x.dcm'), image);
    await writeFile(place('empty.dcm'), '');
    await writeFile(place(`${canary}.dcm`), 'not DICOM');
    await writeFile(place('line\nbreak.dcm'), image);
    await writeFile(place(`${'n'.repeat(251)}.dcm`), 'not DICOM');
    const device = await run('mknod', [place('null.dcm'), 'c', '1', '3']).then(
      () => ['null.dcm'],
      () => [],
    );

    await using production = await startTestProduction(site.file);
    const long = `${'n'.repeat(221)}.dcm`;
    const unfit = [
      ...device,
      'dangling.dcm',
      'empty.dcm',
      'fifo.dcm',
      'link.dcm',
      long,
      `${canary}.dcm`,
    ];
    await expect
      .poll(() => filesBelow(site.in), patience)
      .toEqual(
        [
          'folder.dcm/x.dcm',
          ...unfit.flatMap((name) => [`errors/${name}`, `errors/${name}.reason.txt`]),
        ].toSorted(),
      );
    await production.idle();

    const reason = (name: string) => readFile(place(`errors/${name}.reason.txt`), 'utf8');
    expect(await reason('link.dcm')).toMatch(/^FILE_UNFIT: it is a symbolic link/);
    expect(await reason('fifo.dcm')).toMatch(/^FILE_UNFIT: it is a FIFO/);
    expect(await reason('empty.dcm')).toMatch(/^FILE_UNFIT: it has 0 bytes/);
    expect(await reason(`${canary}.dcm`)).toMatch(/^PART10_UNREADABLE: .*dcmdump/);
    for (const name of device) expect(await reason(name)).toMatch(/^FILE_UNFIT: it is a device/);
    // What they point to and what they hold is untouched.
    expect((await lstat(place('errors/link.dcm'))).isSymbolicLink()).toBe(true);
    expect(await readFile(outside)).toEqual(image);
    expect(await readFile(place(`errors/${canary}.dcm`), 'utf8')).toBe('not DICOM');

    expect((await firsts(production.messages)).map(({ body }) => body?.['fileName'])).toEqual([
      'line\nbreak.dcm',
    ]);
    const errors = production.events.filter(({ type }) => type === 'Error');
    expect(errors.map(({ text }) => Number(/^\d+/.exec(text)?.[0])).reduce((a, b) => a + b)).toBe(
      unfit.length,
    );
    expect(JSON.stringify(production.events)).not.toMatch(/Zebrafink|19030417|line|nnn/);
    const { header } = (await firsts(production.messages))[0]!;
    expect(JSON.stringify(header)).not.toContain('break');
  });
});

describeWith(['redis', 'pydicom'], 'the files of pydicom', () => {
  it('are taken byte for byte, or put among the errors, none is lost and nothing stops', async () => {
    await using site = await watched();
    const files = pydicomFiles();
    for (const [index, file] of files.entries())
      await copyFile(file, join(site.in, `${index}.dcm`));
    await using production = await startTestProduction(site.file);
    const done = async () => (await filesBelow(site.in)).filter((name) => !name.includes('/'));
    await expect.poll(done, patience).toEqual([]);
    await production.idle();
    const errors = (await filesBelow(site.in)).filter((name) => name.endsWith('.reason.txt'));
    const taken = await firsts(production.messages);
    expect(taken.length + errors.length).toBe(files.length);
    expect(taken.length).toBeGreaterThan(files.length / 2);
    const originals = new Map(files.map((file, index) => [`${index}.dcm`, file]));
    for (const { body } of taken) {
      const original = originals.get(body?.['fileName'] as string) ?? '';
      expect(body?.document?.digest).toBe(await dataSetDigest(original));
    }
  });
});
