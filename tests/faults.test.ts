import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freePort,
  receivedFiles,
  sampleStudy,
  sendFiles,
  spawnProduction,
  startTestProduction,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';

const file = new URL('../productions/pacs-to-file/production.yaml', import.meta.url).pathname;
const storage = new URL('../productions/pacs-to-file/storage-local.ts', import.meta.url).pathname;

describeWith(['redis', 'dcmtk', 'pydicom'], 'faults', () => {
  it('a peer that hangs up before the answer has its file, and the trace says that it was gone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-hang-up-'));
    const port = await freePort();
    await writeFile(join(folder, 'production.yaml'), slowProduction(port));
    await writeFile(
      join(folder, 'slow.ts'),
      `import storage from ${JSON.stringify(storage)};
const pause = () => new Promise((resolve) => setTimeout(resolve, 4000));
export default { ...storage, onRequest: async (request, context) => { await pause(); return storage.onRequest(request, context); } };
`,
    );
    await using production = await startTestProduction(join(folder, 'production.yaml'));

    const [image = ''] = sampleStudy();
    const words = ['-td', '1', '-aet', 'ORTHANC', '-aec', 'IRIS', '127.0.0.1', String(port), image];
    await new Promise<void>((resolve) => execFile('storescu', words, () => resolve()));
    await production.idle();

    expect(await receivedFiles(join(folder, 'received'))).toHaveLength(1);
    const legs = await production.messages.session((await production.messages.lastSession()) ?? 0);
    expect(legs.at(-1)?.header).toMatchObject({ status: 'Discarded', note: 'peer gone' });
    const [next] = await sendFiles({ port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' }, [
      image,
    ]);
    expect(next?.status).toBe(0);
    await rm(folder, { recursive: true });
  });

  it('a start says with a code what is in its way, and ends with the exit status for it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-start-'));
    const port = await freePort();
    const missing = spawnProduction(
      ['start', file, '--data', join(folder, 'data'), '--page', 'off'],
      { DICOM_PORT: String(port), RECEIVED: join(folder, 'not', 'there') },
    );
    expect(await missing.ended).toBe(1);
    expect(missing.output()).toContain('error[DIRECTORY_MISSING]');
    expect(missing.output()).toContain('mkdir -p');

    await using door = createServer().listen(0, '0.0.0.0');
    await once(door, 'listening');
    const { port: busyPort } = door.address() as AddressInfo;
    const busy = spawnProduction(['start', file, '--data', join(folder, 'data'), '--page', 'off'], {
      DICOM_PORT: String(busyPort),
      RECEIVED: join(folder, 'received'),
    });
    expect(await busy.ended).toBe(1);
    expect(busy.output()).toContain(
      `error[HOST_START_FAILED]: EnsLib.DICOM.Service.TCP could not start: cannot listen on 0.0.0.0:${busyPort}`,
    );
    expect(busy.output()).toMatch(/another program has this port.*production\.yaml:\d+/);

    await using running = await startTestProduction(file, {
      env: { DICOM_PORT: String(port), RECEIVED: join(folder, 'received') },
    });
    const second = spawnProduction(
      ['start', file, '--data', running.dataDirectory, '--page', 'off'],
      { DICOM_PORT: String(port), RECEIVED: join(folder, 'received') },
    );
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('error[ALREADY_RUNNING]');
    await rm(folder, { recursive: true });
  });
});

function slowProduction(port: number): string {
  return `name: Slow
services:
  Door:
    component: dicom.tcp-service
    settings: { port: ${port}, localAet: IRIS, remoteAet: ORTHANC, target: Slow }
processes:
  Slow: { component: ./slow.ts, settings: { fileOperation: File } }
operations:
  File: { component: dicom.file-operation, retry: { interval: 1s, timeout: 3s }, settings: { directory: ./received } }
`;
}
