import { copyFile, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataSetDigest } from '@consort/dicom/part10';
import { receivedFiles, sampleStudy, startTestProduction } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { filesBelow, firsts, hosts, watched } from './watched.ts';

const patience = { timeout: 60_000 };

describeWith(['redis', 'pydicom'], 'dicom.file-service', () => {
  it('makes of each file one session, in the order of their times, byte for byte, and archives it', async () => {
    await using site = await watched({ archivePath: './done', subdirectoryLevels: '1' });
    const study = sampleStudy();
    const names = study.map((_, index) =>
      index < 2 ? `day 1/${9 - index}.dcm` : `${9 - index}.DCM`,
    );
    await mkdir(join(site.in, 'day 1/deep'), { recursive: true });
    for (const [index, path] of study.entries()) {
      const name = join(site.in, names[index]!);
      await copyFile(path, name);
      await utimes(name, 1_000 + index, 1_000 + index);
    }
    // None of these is meant: another name, a name with a dot, too deep.
    const others = ['notes.txt', '.hidden.dcm', 'day 1/deep/x.dcm'];
    for (const name of others) await copyFile(study[0]!, join(site.in, name));

    await using production = await startTestProduction(site.file);
    await expect
      .poll(() => filesBelow(join(site.folder, 'done')), patience)
      .toEqual(names.toSorted());
    await production.idle();

    expect(await filesBelow(site.in)).toEqual(others.toSorted());
    const taken = await firsts(production.messages);
    expect(taken.map(({ body }) => body?.['fileName'])).toEqual(names);
    const digests = await Promise.all(study.map(dataSetDigest));
    expect(taken.map(({ body }) => body?.document?.digest)).toEqual(digests);
    for (const [index, path] of study.entries()) {
      const archived = join(site.folder, 'done', names[index]!);
      expect(await readFile(archived)).toEqual(await readFile(path));
    }
    const received = await receivedFiles(site.received);
    expect(received.map(({ digest }) => digest).toSorted()).toEqual(digests.toSorted());

    const ids = new Set(taken.map(({ header }) => header.arrival?.associationId));
    expect(ids.size).toBe(study.length);
    for (const { header, body } of taken) {
      expect(header.arrival).toEqual({
        associationId: expect.stringMatching(/^f-[0-9a-f]{24}$/) as unknown,
        peerAddress: 'file',
      });
      expect(body).toMatchObject({
        type: 'dicom.document',
        command: { commandField: 'C-STORE-RQ' },
      });
      await expect
        .poll(async () => (await production.messages.message(header.id))?.header.answered?.status)
        .toBe('taken');
      const legs = await production.messages.session(header.id);
      expect(
        legs.map(({ header: { sourceConfigName: from, targetConfigName: to, status } }) => [
          from,
          to,
          status,
        ]),
      ).toEqual([
        [hosts.service, hosts.process, 'Completed'],
        [hosts.process, hosts.operation, 'Completed'],
        [hosts.operation, hosts.process, 'Completed'],
        [hosts.process, hosts.service, 'Completed'],
      ]);
    }
    expect(production.events.filter(({ type }) => type !== 'Info')).toEqual([]);
    const service = (await production.messages.hosts()).find(({ name }) => name === hosts.service);
    expect(service?.detail).toBe(
      `watches ${site.in} for *.dcm: ${study.length} taken, 0 in errors`,
    );
  });

  it('removes files where there is no archive, and keeps two of one name apart where there is', async () => {
    await using site = await watched();
    const [one = '', other = ''] = sampleStudy();
    await copyFile(one, join(site.in, 'image.dcm'));
    await using production = await startTestProduction(site.file);
    await expect.poll(() => filesBelow(site.in), patience).toEqual([]);
    await production.stop();

    await site.write({ archivePath: './in/done' });
    await using again = await startTestProduction(site.file);
    for (const path of [one, other, one]) {
      await copyFile(path, join(site.in, 'image.dcm'));
      await expect.poll(() => filesBelow(site.in), patience).not.toContain('image.dcm');
    }
    await expect
      .poll(() => filesBelow(site.in), patience)
      .toEqual(['done/image-1.dcm', 'done/image-2.dcm', 'done/image.dcm']);
    await again.idle();
    // A file that is put there again is a new message: its sender wants it taken.
    expect(await firsts(again.messages)).toHaveLength(3);
  });

  it('leaves a file that grows until it is whole', async () => {
    await using site = await watched({ fileAccessTimeout: '2s' });
    await using production = await startTestProduction(site.file);
    const [path = ''] = sampleStudy();
    const bytes = await readFile(path);
    const pieces = 30;
    for (let piece = 1; piece <= pieces; piece++) {
      await writeFile(
        join(site.in, 'growing.dcm'),
        bytes.subarray(0, Math.ceil((bytes.length / pieces) * piece)),
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await expect.poll(() => filesBelow(site.in), patience).toEqual([]);
    await production.idle();
    const taken = await firsts(production.messages);
    expect(taken.map(({ body }) => body?.document?.digest)).toEqual([await dataSetDigest(path)]);
    expect(production.events.filter(({ type }) => type === 'Error')).toEqual([]);
  });

  it('takes the answer of a process that sends it to the service', async () => {
    await using site = await watched();
    await writeFile(
      join(site.folder, 'storage.ts'),
      `import { defineProcess, target } from ${JSON.stringify(import.meta.resolve('@consort/core'))};
import { storageResponse } from ${JSON.stringify(import.meta.resolve('@consort/dicom'))};
import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
export default defineProcess({
  description: 'Answers by a message.',
  settings: z.object({ fileOperation: target() }),
  async onRequest(request, { settings, sendRequestSync, sendRequestAsync }) {
    await sendRequestSync(settings.fileOperation, request.body);
    await sendRequestAsync('${hosts.service}', storageResponse(request));
  },
});
`,
    );
    await copyFile(sampleStudy()[0]!, join(site.in, 'image.dcm'));
    await using production = await startTestProduction(site.file);
    await expect.poll(() => filesBelow(site.received).catch(() => []), patience).toHaveLength(1);
    await production.idle();
    const [first] = await firsts(production.messages);
    const legs = await production.messages.session(first?.header.id ?? 0);
    expect(legs.map(({ header }) => header.status)).toEqual(Array(4).fill('Completed'));
  });

  it('begins no more files when it stops, puts those back, and takes them at the next start', async () => {
    await using site = await watched();
    const [path = ''] = sampleStudy();
    for (let n = 100; n < 400; n++) await copyFile(path, join(site.in, `${n}.dcm`));
    const data = join(site.folder, 'data');
    await using production = await startTestProduction(site.file, { data });
    await expect
      .poll(() => production.messages.lastSession(), { ...patience, interval: 5 })
      .toBeDefined();
    await production.stop();
    const left = await filesBelow(site.in);
    expect(left).not.toEqual([]);
    expect(left.filter((name) => name.includes('/'))).toEqual([]);
    await using again = await startTestProduction(site.file, { data });
    await expect.poll(() => filesBelow(site.in), patience).toEqual([]);
    await again.idle();
    const names = (await firsts(again.messages)).map(({ body }) => body?.['fileName']);
    expect(names.toSorted()).toEqual(Array.from({ length: 300 }, (_, n) => `${n + 100}.dcm`));
    expect(await receivedFiles(site.received)).toHaveLength(300);
  });
});
