import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataSetDigest } from '@consort/dicom/part10';
import {
  freePort,
  pydicomFiles,
  receivedFiles,
  sendFiles,
  spawnProduction,
  startTestProduction,
} from '@consort/testing/consort';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';
import { root } from './house/root.ts';

const named = (name: string) => pydicomFiles().find((path) => path.endsWith(`/${name}.dcm`)) ?? '';
const [ct, mr, nm] = [named('CT_small'), named('MR_small'), named('JPEG2000')];

let folder: string;
let file: string;
let port: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-routing-'));
  file = join(folder, 'production.yaml');
  port = await freePort();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const start = () =>
  startTestProduction(file, { env: { PORT: String(port), OUT: folder, TZ: 'UTC' } });
const send = async (path: string, callingAeTitle = 'ANY') =>
  (await sendFiles({ port, calledAeTitle: 'ROUTER', callingAeTitle }, [path]))[0]?.status;
const at = async (name: string) =>
  (await receivedFiles(join(folder, name))).map(({ digest }) => digest);

describeWith(['redis', 'pydicom'], 'the rules of docs/routing.md', () => {
  beforeEach(async () => {
    const page = await readFile(root('docs/routing.md'), 'utf8');
    await writeFile(file, /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '');
  });

  it('send images by who sent them, and the rest elsewhere', async () => {
    await using production = await start();
    expect([await send(mr, 'ANGIO7'), await send(nm), await send(mr)]).toEqual([0, 0, 0]);
    await production.idle();
    expect(await at('angio')).toEqual([await dataSetDigest(mr)]);
    expect((await at('rest')).sort()).toEqual(
      (await Promise.all([nm, mr].map(dataSetDigest))).sort(),
    );
    expect([...(await at('archive')), ...(await at('on-call'))]).toEqual([]);
  });

  it('are explained for a file, by day and by night', async () => {
    const explain = async (...words: readonly string[]) => {
      const ran = spawnProduction(['explain', ct, '-p', file, ...words], {
        TZ: 'UTC',
        OUT: folder,
      });
      expect(await ran.ended).toBe(0);
      return ran.output();
    };
    const day = await explain('--from', 'CT2', '--at', '2026-08-25T12:00');
    expect(day).toContain(
      'rule 1, CT of the night  does not hold  Modality == "CT" && now.during("20:00-07:00")  (Modality is "CT", now is "2026-08-25T12:00:00.000Z")',
    );
    expect(day).toContain('(Modality is "CT", SliceThickness is 5)\nSent to Rest');
    const night = JSON.parse(await explain('--at', '2026-08-25T02:00', '--json')) as unknown;
    expect(night).toMatchObject({
      explanations: [
        {
          rules: [{ verdict: 'holds' }, { verdict: 'not asked' }, { verdict: 'not asked' }],
          targets: ['Archive', 'OnCall'],
        },
      ],
    });
  });
});

describeWith(['redis', 'pydicom'], 'dicom.router', () => {
  const rules = (settings: string) =>
    writeFile(
      file,
      `name: Routing
services:
  Door: { component: dicom.tcp-service, settings: { port: ${port}, localAet: ROUTER, remoteAet: '*', target: Router } }
processes:
  Router: { component: dicom.router, logTraceEvents: true, settings: { ${settings} } }
operations:
  One: { component: dicom.file-operation, settings: { directory: ./one } }
  Two: { component: dicom.file-operation, retry: { interval: 100ms, timeout: 100ms }, settings: { directory: ./two } }
`,
    );

  it('sends to every host whose rule holds, once, and says by which; items of sequences are asked too', async () => {
    await rules(
      `match: all, rules: [{ when: 'Modality == "CT"', send: [One, Two] }, { name: small, when: Rows < 200, send: One }, { name: other, when: 'OtherPatientIDsSequence.exists(other, other.TypeOfPatientID == "TEXT")', send: One }, { name: none, when: size(OtherPatientIDsSequence) > 2, send: Two }]`,
    );
    await using production = await start();
    expect(await send(ct)).toBe(0);
    await production.idle();
    const digest = await dataSetDigest(ct);
    expect([await at('one'), await at('two')]).toEqual([[digest], [digest]]);
    expect(production.events.find(({ code }) => code === 'ROUTED')?.text).toBe(
      'by rule 1, rule 2, small, rule 3, other to One, Two',
    );
  });

  it('fails an image that no rule holds for, and answers so', async () => {
    await rules(`rules: [{ when: 'Modality == "CT"', send: One }]`);
    await using production = await start();
    expect([await send(mr), await send(ct)]).toEqual([0x0110, 0]);
    const [failed] = await production.messages.messages({ host: 'Router', status: 'Error' });
    expect(failed?.errorStatus?.code).toBe('NO_RULE_HOLDS');
  });

  it('answers Success only when every target has the image', async () => {
    await rules(`rules: [{ send: [One, Two] }]`);
    await using production = await start();
    await rm(join(folder, 'two'), { recursive: true });
    expect(await send(ct)).toBe(0x0110);
    expect(await at('one')).toHaveLength(1);
    const [failed] = await production.messages.messages({ host: 'Router', status: 'Error' });
    expect(failed?.errorStatus).toMatchObject({
      code: 'REQUEST_FAILED',
      text: 'the image is not at Two (DIRECTORY_MISSING)',
    });
  });

  it('answers at once when it is to, and discards what it is told to', async () => {
    await rules(
      `answer: atOnce, otherwise: [], rules: [{ when: 'Modality == "CT"', send: [One, Two] }]`,
    );
    await using production = await start();
    await rm(join(folder, 'two'), { recursive: true });
    expect([await send(ct), await send(mr)]).toEqual([0, 0]);
    await production.idle();
    expect(await at('one')).toEqual([await dataSetDigest(ct)]);
    expect(
      (await production.messages.messages({ status: 'Error' })).map((one) => one.targetConfigName),
    ).toEqual(['Two']);
  });

  it('is checked: a misspelt keyword and an unknown target have their places', async () => {
    await rules(`rules: [{ when: 'Modalty == "CT"', send: Onee }]`);
    const ran = spawnProduction(['check', '-p', file]);
    expect(await ran.ended).toBe(3);
    expect(ran.output()).toMatch(
      /production\.yaml:5:\d+: error\[VALUE_UNFIT\]: .*Modalty at character 1 is not known; did you mean Modality\?/,
    );
    expect(ran.output()).toMatch(/Onee/);
  });
});
