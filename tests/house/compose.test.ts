import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@consort/testing/consort';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { describeWith } from './peers.ts';
import { root } from './root.ts';

interface Service {
  readonly secrets?: readonly string[];
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly init?: boolean;
  readonly restart?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

const compose = parse(await readFile(root('docker-compose.yml'), 'utf8')) as {
  readonly services: Readonly<Record<'redis' | 'production' | 'orthanc', Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
};
const orthancFile = JSON.parse(
  await readFile(root('productions/pacs-to-file/orthanc.json'), 'utf8'),
) as Record<string, unknown> & {
  readonly DicomModalities: Readonly<Record<string, readonly [string, string, number]>>;
};
const { redis, production, orthanc } = compose.services;
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  test('runs Redis, Orthanc and the production together', () => {
    expect(Object.keys(compose.services).toSorted()).toEqual(['orthanc', 'production', 'redis']);
    expect(production.environment?.['REDIS_URL']).toBe('redis://redis:6379');
  });

  test('keeps data, received files, Redis and the PACS in named volumes', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes);
    const named = mounted
      .map((volume) => volume.split(':'))
      .filter(([name = '']) => !name.startsWith('.'));
    expect(named.map(([name]) => name).toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
    expect(production.volumes).toContain(`data:${production.environment?.['CONSORT_DATA']}`);
    expect(production.volumes).toContain(`received:${production.environment?.['RECEIVED']}`);
    expect(redis.volumes).toEqual(['redis:/data']);
  });

  test('runs a Redis that writes everything down and evicts nothing', () => {
    expect(redis.command?.join(' ')).toContain('--appendonly yes');
    expect(redis.command?.join(' ')).toContain('--maxmemory-policy noeviction');
  });

  test.each(services)('%s has a health check, an init and a pinned image', (_name, service) => {
    expect(service.healthcheck?.test[0]).toMatch(/^CMD(-SHELL)?$/);
    expect(service.init).toBe(true);
    if (!service.build) expect(service.image).toMatch(/:\d+\.\d+/);
  });

  test('starts each service only when what it needs is healthy', () => {
    expect(production.depends_on).toEqual({ redis: { condition: 'service_healthy' } });
    expect(orthanc.depends_on).toEqual({ production: { condition: 'service_healthy' } });
  });

  test('starts every service again after a reboot', () => {
    expect(services.map(([, { restart }]) => restart)).toEqual(
      services.map(() => 'unless-stopped'),
    );
  });

  test('gives the production longer to stop than it gives its hosts', () => {
    const [, seconds] = /^(\d+)s$/.exec(production.stop_grace_period ?? '') ?? [];
    expect(Number(seconds)).toBeGreaterThan(120);
  });

  test('serves a page on which its users log in, the first with a password of a secret file', () => {
    expect(production.environment?.['CONSORT_PAGE_PASSWORD_FILE']).toBe(
      `/run/secrets/${production.secrets?.[0]}`,
    );
    expect(Object.keys(compose.secrets)).toEqual(production.secrets);
  });

  test('publishes nothing but DICOM beyond this machine', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    const open = ports.filter((port) => !port.startsWith('127.0.0.1:'));
    expect(open.toSorted()).toEqual(
      ['2010:2010', `${String(orthancFile['DicomPort'])}:4242`].toSorted(),
    );
  });

  test('gives Orthanc a modality that is the production, under its service name', async () => {
    const file = await readFile(root('productions/pacs-to-file/production.yaml'), 'utf8');
    const { services: doors } = parse(file) as {
      services: Record<string, { settings: Record<string, string> }>;
    };
    const { settings } = doors['EnsLib.DICOM.Service.TCP'] ?? { settings: {} };
    expect(orthancFile['DicomAet']).toBe(settings['remoteAet']);
    expect(Object.values(orthancFile.DicomModalities)).toEqual([
      [settings['localAet'], 'production', 2010],
    ]);
    expect(settings['port']).toBe('${DICOM_PORT:-2010}');
    expect(Object.keys(compose.services)).toContain('production');
    expect(orthanc.volumes).toContain(
      './productions/pacs-to-file/orthanc.json:/etc/orthanc/orthanc.json:ro',
    );
    expect(orthanc.volumes).toContain(`orthanc:${String(orthancFile['StorageDirectory'])}`);
  });
});

describeWith(['orthanc'], "the article's orthanc.json", () => {
  test('is understood by Orthanc, which then knows the modality', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-compose-'));
    const [httpPort, dicomPort] = [await freePort(), await freePort()];
    // As it stands, but for what is of the container: folders and ports.
    const here = {
      StorageDirectory: folder,
      IndexDirectory: folder,
      HttpPort: httpPort,
      DicomPort: dicomPort,
    };
    await writeFile(join(folder, 'orthanc.json'), JSON.stringify({ ...orthancFile, ...here }));
    const path = `${process.env['PATH']}:/usr/sbin`;
    const child = spawn('Orthanc', [join(folder, 'orthanc.json')], {
      stdio: 'ignore',
      env: { ...process.env, PATH: path },
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    try {
      const modalities = `http://127.0.0.1:${httpPort}/modalities?expand`;
      let answer: unknown;
      while (answer === undefined && child.exitCode === null) {
        answer = await fetch(modalities).then(
          (response) => response.json(),
          () => undefined,
        );
        if (answer === undefined) await sleep(50);
      }
      expect(answer).toMatchObject({ iris: { AET: 'IRIS', Host: 'production', Port: 2010 } });
    } finally {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    }
  });
});
