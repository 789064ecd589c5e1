import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataSetDigest } from '@consort/dicom/part10';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../../../../tests/house/root.ts';
import { fillTemplate } from './fill-template.ts';
import { fillingOf } from './filling-of.ts';
import { planOf } from './plan-of.ts';
import { writeProduction } from './write-production.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-init-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the plan of a new production', () => {
  it('is the usual one where nobody says otherwise', async () => {
    expect(await planOf(undefined, {}, undefined)).toEqual({
      folder: 'my-production',
      name: 'my-production',
      receive: { from: 'dicom', port: 2010, localAet: 'CONSORT', remoteAet: 'PACS' },
      send: { to: 'folder', folder: './received' },
    });
  });

  it('asks for what the options leave open, and again for what does not fit', async () => {
    const answers = ['gateway', 'folders', 'folder', './a b', './incoming', 'PACS2@[::1]:104'];
    const asked: string[] = [];
    const plan = await planOf(undefined, { send: 'dicom' }, async (question) => {
      asked.push(question);
      return answers.shift()!;
    });
    expect(plan).toEqual({
      folder: 'gateway',
      name: 'gateway',
      receive: { from: 'folder', folder: './incoming' },
      send: { to: 'dicom', host: '::1', port: 104, aeTitle: 'PACS2' },
    });
    expect(new Set(asked).size).toBe(4);
    expect(asked).toHaveLength(6);
  });

  it.each([
    [{ receive: 'email' }, '--receive "email" is neither dicom nor folder'],
    [{ port: '0' }, '"0" is no port'],
    [{ localAet: 'LONGER THAN SIXTEEN' }, 'is no AE title'],
    [{ to: './${HOME}' }, 'is no path of letters'],
    [{ send: 'dicom', to: 'PACS' }, 'is no address'],
  ])('refuses %j', async (options, text) => {
    await expect(planOf('x', options, undefined)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(text),
    });
  });
});

describe('a template', () => {
  it('keeps the parts of the plan, and has a text for every name', () => {
    const filling = { texts: { NAME: 'x' }, parts: ['send dicom'] };
    const template =
      'a __NAME__\n  # when send dicom\nb\n  # end\n<!-- when send folder -->\nc\n<!-- end -->\nd';
    expect(fillTemplate(template, filling)).toBe('a x\nb\nd');
    expect(() => fillTemplate('__OTHER__', filling)).toThrow('__OTHER__');
  });

  it('has titles that YAML would take for something else in quotes', async () => {
    const options = { localAet: 'NO', remoteAet: '*' };
    const { texts } = fillingOf(await planOf('1 of 2', options, undefined));
    expect(texts).toMatchObject({
      NAME: '"1 of 2"',
      PACKAGE: '1-of-2',
      LOCAL_AET: '"NO"',
      REMOTE_AET: '"*"',
    });
    const dollar = fillingOf(await planOf('x', { localAet: 'A$B' }, undefined));
    expect(dollar.texts).toMatchObject({ LOCAL_AET: '"A$$B"', LOCAL_AET_TEXT: "'A$B'" });
  });

  it('names the versions that are used here', async () => {
    const made = JSON.parse(
      fillTemplate(
        await readFile(root('packages/cli/templates/package.json'), 'utf8'),
        fillingOf(await planOf('x', {}, undefined)),
      ),
    ) as Record<string, Record<string, string>>;
    const ours = JSON.parse(await readFile(root('package.json'), 'utf8')) as typeof made;
    const { typescript, '@types/node': types } = ours['devDependencies']!;
    expect(made['devDependencies']).toMatchObject({ typescript, '@types/node': types });
    expect(made['dependencies']).toMatchObject({ '@consort/core': ours['version'] });
  });
});

describe('writing a production', () => {
  it('refuses a folder that has something in it, and overlooks a repository', async () => {
    const plan = await planOf(join(folder, 'new'), { receive: 'folder' }, undefined);
    await mkdir(join(folder, 'new/.git'), { recursive: true });
    await writeProduction(plan);
    expect(await readdir(join(folder, 'new'))).toEqual(
      expect.arrayContaining(['.git', '.gitignore', 'production.yaml', 'in', 'received']),
    );
    await expect(writeProduction(plan)).rejects.toMatchObject({ code: 'USAGE' });
    await writeFile(join(folder, 'file'), '');
    const onFile = await planOf(join(folder, 'file'), {}, undefined);
    await expect(writeProduction(onFile)).rejects.toThrow(/ENOTDIR/);
  });

  it('makes images that differ, and are other ones each time', async () => {
    const digests: string[] = [];
    for (const name of ['one', 'two']) {
      const plan = await planOf(join(folder, name), {}, undefined);
      await writeProduction(plan);
      for (const image of await readdir(join(folder, name, 'samples')))
        digests.push(await dataSetDigest(join(folder, name, 'samples', image)));
    }
    expect(new Set(digests).size).toBe(6);
  });
});
