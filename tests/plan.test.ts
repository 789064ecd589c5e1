import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeImage } from '@consort/testing';
import { dataSetDigest } from '@consort/dicom/part10';
import {
  freePort,
  sendFiles,
  spawnProduction,
  startProductionProcess,
} from '@consort/testing/consort';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-plan-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const production = (rules: string, straight: string) => `
name: Planned
services:
  In:
    component: dicom.tcp-service
    settings: { port: "\${PORT}", localAet: ROUTER, remoteAet: "*", target: Router }
  Straight:
    component: dicom.tcp-service
    settings: { port: "\${OTHER_PORT}", localAet: ROUTER, remoteAet: "*", acknowledge: stored, target: ${straight} }
processes:
  Router:
    component: dicom.router
    settings:
${rules}
operations:
  One: { component: dicom.file-operation, settings: { directory: ./one } }
  Two: { component: dicom.file-operation, settings: { directory: ./two } }
`;

const now = `      rules: [{ when: 'Modality == "CT"', send: One }]
      otherwise: Two`;
const next = `      rules: [{ when: 'Modality == "CT"', send: One }, { when: 'Modality == "MR"', send: [One, Two] }]`;

describeWith(['redis'], 'production plan', () => {
  it('says what changes, and where the images that came would go, whether it runs or not', async () => {
    const file = join(folder, 'production.yaml');
    const planned = join(folder, 'next.yaml');
    const same = join(folder, 'same.yaml');
    const data = join(folder, 'data');
    await writeFile(file, production(now, 'One'));
    await writeFile(same, production(now, 'One'));
    await writeFile(planned, production(next, 'Two'));
    const [port, other] = [await freePort(), await freePort()];
    const env = { PORT: String(port), OTHER_PORT: String(other) };
    const plan = async (what: string) => {
      const words = ['plan', what, '-p', file, '--data', data, '--replay', '1d', '--json'];
      const ran = spawnProduction(words, env);
      const code = await ran.ended;
      const output = ran.output();
      return { code, output, ...(JSON.parse(output.slice(output.indexOf('{\n'))) as object) };
    };
    const peer = { port, calledAeTitle: 'ROUTER', callingAeTitle: 'SENDER' };
    const image = (name: string, Modality: string) =>
      makeImage(join(folder, `${name}.dcm`), { Modality, PatientID: 'SECRET-4711' });

    await using running = await startProductionProcess(file, { data, env });
    const images = await Promise.all(
      ['CT', 'MR', 'US', 'CT'].map((modality, index) => image(`${modality}${index}`, modality)),
    );
    const straight = await image('straight', 'CT');
    const sent = [
      ...(await sendFiles(peer, images)),
      ...(await sendFiles({ ...peer, port: other }, [straight])),
    ];
    expect(sent.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0]);

    expect(await plan(same)).toMatchObject({
      code: 0,
      against: 'what runs',
      isDifferent: false,
      hosts: [],
      replay: { different: [], unjudged: [] },
    });
    // A document that is not there any more decides nothing.
    const purged = await dataSetDigest(images[3] ?? '');
    const stored = await readdir(join(data, 'documents'), { recursive: true });
    const there = stored.find((name) => name.endsWith(purged));
    expect(there).toBeDefined();
    await rm(join(data, 'documents', there ?? ''));
    const expected = {
      code: 1,
      isDifferent: true,
      hosts: [
        { name: 'Straight', change: 'changed', keys: ['settings.target "One" → "Two"'] },
        { name: 'Router', change: 'changed' },
      ],
      replay: {
        different: expect.arrayContaining([
          expect.objectContaining({
            host: 'Router',
            before: 'Two',
            after: 'One, Two',
            images: 1,
            examples: [
              {
                messageId: expect.any(Number),
                studyInstanceUid: expect.stringMatching(/^2\.25\./),
              },
            ],
          }),
          expect.objectContaining({
            host: 'Router',
            before: 'Two',
            after: 'no rule holds',
            images: 1,
          }),
          expect.objectContaining({ host: 'Straight', before: 'One', after: 'Two', images: 1 }),
        ]),
        unjudged: [{ host: 'Router', why: 'its document is not there any more', images: 1 }],
      },
    };
    const planWhileRunning = await plan(planned);
    expect(planWhileRunning).toMatchObject({ ...expected, against: 'what runs' });
    expect(planWhileRunning).toMatchObject({ replay: { different: { length: 3 } } });
    expect(planWhileRunning.output).not.toContain('SECRET');
    expect(await running.stop()).toBe(0);
    expect(await plan(planned)).toMatchObject({ ...expected, against: file });
  }, 300_000);
});
