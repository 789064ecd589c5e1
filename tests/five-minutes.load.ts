import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  freePort,
  startOrthanc,
  startRecordingRelay,
  startTestProduction,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { ctImages } from './durability/transfer.ts';
import { describeWith } from './house/peers.ts';

const count = 1_000;
const away = 300_000;

describeWith(
  ['redis', 'orthanc', 'dcmtk', 'pydicom'],
  'an Orthanc that is away for five minutes',
  () => {
    it('in the middle of a study has all of it afterwards by itself, in order, one image twice at most, with one alert', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'consort-away-'));
      await ctImages(count, folder);
      await using orthanc = await startOrthanc();
      await using relay = await startRecordingRelay(orthanc.dicomPort);
      const port = await freePort();
      await writeFile(
        join(folder, 'production.yaml'),
        `name: Away
services:
  Door:
    component: dicom.tcp-service
    settings: { port: ${port}, localAet: ROUTER, remoteAet: MODALITY, acknowledge: stored, target: Router }
processes:
  Router: { component: dicom.router, settings: { answer: atOnce, rules: [{ send: [PACS] }] } }
operations:
  PACS:
    component: dicom.tcp-operation
    retry: { interval: 10s, timeout: -1 }
    alertOnError: true
    alertRetryGracePeriod: 1m
    settings: { host: 127.0.0.1, port: ${relay.port}, localAet: ROUTER, remoteAet: ORTHANC }
`,
      );
      await using production = await startTestProduction(join(folder, 'production.yaml'));
      // dcmsend encodes in its own way: what it sent is what went through here.
      await using door = await startRecordingRelay(port);
      const words = ['-aet', 'MODALITY', '-aec', 'ROUTER', '127.0.0.1', String(door.port)];
      const sending = promisify(execFile)('dcmsend', [...words, '+sd', join(folder, 'images')], {
        env: { ...process.env, TCP_NODELAY: '1' },
      });
      while (relay.objects.length < count / 4) await sleep(5);
      await orthanc.kill();
      const [gone, before] = [performance.now(), relay.objects.length];
      await sending;
      await sleep(away - (performance.now() - gone));
      // Nobody but the operation itself does anything from here on.
      const tries = production.events.filter(({ text }) => text.startsWith('PACS will try')).length;
      await orthanc.restart();
      const back = performance.now();
      await production.idle();
      const seconds = ((performance.now() - back) / 1000).toFixed(0);

      const digests = relay.objects.map(({ digest }) => digest);
      const again = digests.length - count;
      process.stdout.write(
        `away after ${before} of ${count}, ${tries} tries, drained ${seconds} s after its return, ${again} sent twice\n`,
      );
      expect([0, 1]).toContain(again);
      expect([...new Set(digests)]).toEqual(door.objects.map(({ digest }) => digest));
      expect((await orthanc.statistics()).CountInstances).toBe(count);
      const queue = await production.messages.messages({ host: 'PACS', limit: 500 });
      expect(new Set(queue.map(({ status }) => status))).toEqual(new Set(['Completed']));
      const started = production.events.filter(({ code }) => code === 'ALERT_STARTED');
      expect(started).toHaveLength(1);
      await production.stop();
      await rm(folder, { recursive: true });
    });
  },
);
