import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  freePort,
  receivedFiles,
  sampleStudy,
  sendFiles,
  startTestProduction,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../../tests/house/peers.ts';

const file = new URL('./production.yaml', import.meta.url).pathname;
const run = promisify(execFile);

/** What pydicom reads of a file: the values that say whose and which image it is, and its pixels' digest. */
async function read(path: string): Promise<Readonly<Record<string, string>>> {
  const script = `import hashlib, json, sys, pydicom
d = pydicom.dcmread(sys.argv[1])
k = ('PatientID', 'PatientName', 'StudyInstanceUID', 'SeriesInstanceUID', 'SOPInstanceUID', 'Modality')
print(json.dumps({**{x: str(d[x].value) for x in k}, 'pixels': hashlib.sha256(d.PixelData).hexdigest()}))`;
  const { stdout } = await run('/usr/bin/python3', ['-c', script, path]);
  return JSON.parse(stdout) as Record<string, string>;
}

describeWith(['redis', 'pydicom'], 'python', () => {
  it('gives each image of a study the same pseudonym and the study one UID, before the PACS hears Success', async () => {
    const received = await mkdtemp(join(tmpdir(), 'consort-python-'));
    const port = await freePort();
    await using production = await startTestProduction(file, {
      env: {
        PYTHON_PORT: String(port),
        PYTHON: '/usr/bin/python3',
        PSEUDONYM_KEY: 'of a test',
        RECEIVED: received,
      },
    });
    const peer = { port, calledAeTitle: 'PSEUDONYMS', callingAeTitle: 'ORTHANC' };
    const images = sampleStudy().slice(0, 4);

    // Two at a time: there are two programs.
    const sent = await Promise.all([
      sendFiles(peer, images.slice(0, 2)),
      sendFiles(peer, images.slice(2)),
    ]);
    const stored = await receivedFiles(received);

    expect(sent.flat().map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    expect(stored).toHaveLength(4);
    const before = await Promise.all(images.map(read));
    const after = await Promise.all(stored.map(({ name }) => read(name)));
    const pixels = (list: typeof before) => list.map((one) => one['pixels']).toSorted();
    expect(pixels(after)).toEqual(pixels(before));
    expect(new Set(after.map((one) => one['PatientID'])).size).toBe(1);
    expect(new Set(after.map((one) => one['StudyInstanceUID'])).size).toBe(1);
    expect(new Set(after.map((one) => one['SOPInstanceUID'])).size).toBe(4);
    for (const keyword of ['PatientID', 'PatientName', 'StudyInstanceUID', 'SOPInstanceUID']) {
      const was = new Set(before.map((one) => one[keyword]));
      expect(after.filter((one) => was.has(one[keyword]))).toEqual([]);
    }

    await production.idle();
    const firsts = await production.messages.messages({ host: 'From.PACS', limit: 50 });
    for (const session of new Set(firsts.map(({ sessionId }) => sessionId))) {
      const legs = await production.messages.session(session);
      expect(legs.map(({ header }) => header.status)).toEqual(Array(4).fill('Completed'));
      expect(legs[1]?.body?.document?.digest).not.toBe(legs[0]?.body?.document?.digest);
    }
    const said = production.events.filter(({ code }) => code === 'CHILD_SAID');
    expect(said).toHaveLength(4);
    expect(said[0]).toMatchObject({
      host: 'Pseudonymise',
      type: 'Info',
      text: expect.stringMatching(/^INFO message \d+ is in the archive under a pseudonym$/),
    });
    await production.stop();
    await rm(received, { recursive: true });
  });
});
