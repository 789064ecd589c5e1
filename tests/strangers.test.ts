import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  freePort,
  receivedFiles,
  sampleStudy,
  spawnProduction,
  startOrthanc,
  startProductionProcess,
  type ProductionProcess,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { writeProduction, type Differences } from './durability/write-production.ts';
import { describeWith } from './house/peers.ts';

/** What the stranger got wrong on their side or in the YAML, and what our console says about it. */
interface Mistake {
  readonly what: string;
  /** The AE title under which Orthanc calls us. */
  readonly called?: string;
  readonly production?: Differences;
  readonly says: RegExp;
}

const mistakes: readonly Mistake[] = [
  {
    what: 'a wrong called AE title',
    called: 'WRONG',
    says: /called "WRONG": called AE title not recognized; to accept it/,
  },
  {
    what: 'the wrong case in the called AE title',
    called: 'Iris',
    says: /called AE title not recognized \(upper and lower case count\); to accept it/,
  },
  {
    what: 'a calling AE title that is not listed',
    production: { service: { remoteAet: '[PACS, MODALITY]' } },
    says: /calling "ORTHANC", .*: calling AE title not recognized; to accept it/,
  },
  {
    what: 'a SOP class that is narrowed away',
    production: { service: { presentationContexts: '[{ sopClass: MRImageStorage }]' } },
    says: /to accept one, add at .*: - sopClass: .*\bCTImageStorage\b/,
  },
];

describeWith(['redis', 'orthanc', 'pydicom'], "a stranger's mistake", () => {
  for (const { what, called = 'IRIS', production = {}, says } of mistakes) {
    it(`${what} is mended by the change that the console names`, async () => {
      await using stranger = await aStranger(called, production);
      const { orthanc, image } = stranger;
      await using first = await stranger.start();

      expect((await orthanc.store('iris', [image])).State).toBe('Failure');
      await printed(first, says);
      const text =
        first
          .output()
          .split('\n')
          .find((line) => says.test(line)) ?? '';
      expect(await verb(stranger.data, 'status')).toContain(/to accept .*$/.exec(text)?.[0]);
      await first.stop();
      await apply(text, stranger.folder);
      await using _second = await stranger.start();

      expect((await orthanc.store('iris', [image])).State).toBe('Success');
      expect(await receivedFiles(join(stranger.folder, 'received'))).toHaveLength(1);
    });
  }

  it('a wrong port is mended by the one that the start names', async () => {
    await using stranger = await aStranger('IRIS', {});
    const { orthanc, image } = stranger;
    await using production = await stranger.start();
    await orthanc.setModality('iris', { aeTitle: 'IRIS', port: await freePort() });
    expect((await orthanc.store('iris', [image])).State).toBe('Failure');

    const listens = /Door +listens on 0\.0\.0\.0:(\d+) as (\w+) for ORTHANC/;
    const [, port, aeTitle = ''] = listens.exec(production.output()) ?? [];
    expect(await verb(stranger.data, 'status')).toContain(`0.0.0.0:${port} as ${aeTitle}`);
    await orthanc.setModality('iris', { aeTitle, port: Number(port) });

    expect((await orthanc.store('iris', [image])).State).toBe('Success');
  });

  it('a second start is refused, says which runs and how to stop it, and does no harm', async () => {
    await using stranger = await aStranger('IRIS', {});
    const { orthanc, image, data, file } = stranger;
    await using production = await stranger.start();
    const second = spawnProduction(['start', file, '--data', data, '--page', 'off']);
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`(process ${production.pid}, since `);
    expect((await orthanc.store('iris', [image])).State).toBe('Success');

    const [, remedy = ''] = /stop it with `production ([^`]+)`/.exec(second.output()) ?? [];
    await verb(data, remedy);
    expect(await production.ended).toBe(0);
    await using _third = await stranger.start();
    expect((await orthanc.store('iris', [image])).State).toBe('Success');
  });
});

/** A production folder, and an Orthanc with one CT image that knows the production. */
async function aStranger(called: string, differences: Differences) {
  const folder = await mkdtemp(join(tmpdir(), 'consort-stranger-'));
  const port = await freePort();
  const file = await writeProduction(folder, port, differences);
  const data = join(folder, 'data');
  const orthanc = await startOrthanc({ iris: { aeTitle: called, port } });
  const [ct = ''] = sampleStudy();
  const image = await orthanc.upload(await readFile(ct));
  return {
    folder,
    file,
    data,
    orthanc,
    image,
    start: () => startProductionProcess(file, { data }),
    async [Symbol.asyncDispose]() {
      await orthanc.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes the change a message names: `… write at production.yaml:4:9: setting: value`, or `add at …: - item`. */
async function apply(text: string, folder: string): Promise<void> {
  const remedy = /(?<action>write|add) at (?<file>[^:]+):(?<line>\d+):(?<column>\d+): (?<yaml>.+)$/;
  const { action, file = '', line, column, yaml = '' } = remedy.exec(text)?.groups ?? {};
  const path = resolve(folder, file);
  const lines = (await readFile(path, 'utf8')).split('\n');
  const old = lines[Number(line) - 1] ?? '';
  // What stands at the column is the value, or the setting that it belongs to.
  const at = Number(column) - 1;
  const changed =
    action === 'write'
      ? replaceSetting(old, yaml)
      : old.slice(0, at) + old.slice(at).replace('[', '[{ sopClass: CTImageStorage }, ');
  expect(changed).not.toBe(old);
  await writeFile(path, lines.with(Number(line) - 1, changed).join('\n'));
}

/** Puts `name: value` in the place of the setting of that name on a line of flow YAML. */
function replaceSetting(line: string, yaml: string): string {
  const [name] = yaml.split(':');
  return line.replace(new RegExp(`\\b${name}: (\\[[^\\]]*\\]|[^,}]+?)(?= ?[,}])`), yaml);
}

async function printed(production: ProductionProcess, text: RegExp): Promise<void> {
  for (let wait = 0; wait < 500 && !text.test(production.output()); wait++) await sleep(20);
  expect(production.output()).toMatch(text);
}

async function verb(data: string, ...words: readonly string[]): Promise<string> {
  const done = spawnProduction([...words, '--data', data]);
  expect(await done.ended).toBe(0);
  return done.output();
}
