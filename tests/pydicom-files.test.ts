import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dataSetDigest, fileSource, readPart10 } from '@consort/dicom/part10';
import {
  freePort,
  pydicomFiles,
  receivedFiles,
  sendFiles,
  startRecordingRelay,
  startTestProduction,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';

const file = new URL('../productions/pacs-to-file/production.yaml', import.meta.url).pathname;

/** What makes storescu propose a transfer syntax, so that it sends the file without encoding it anew. */
const proposals: Readonly<Record<string, string>> = {
  '1.2.840.10008.1.2': '-xi',
  '1.2.840.10008.1.2.1': '-xe',
  '1.2.840.10008.1.2.2': '-xb',
  '1.2.840.10008.1.2.1.99': '-xd',
  '1.2.840.10008.1.2.4.50': '-xy',
  '1.2.840.10008.1.2.4.51': '-xx',
  '1.2.840.10008.1.2.4.57': '-xs',
  '1.2.840.10008.1.2.4.70': '-xs',
  '1.2.840.10008.1.2.4.80': '-xt',
  '1.2.840.10008.1.2.4.81': '-xu',
  '1.2.840.10008.1.2.4.90': '-xv',
  '1.2.840.10008.1.2.4.91': '-xw',
  '1.2.840.10008.1.2.5': '-xr',
};

describeWith(['redis', 'dcmtk', 'pydicom'], 'the real files of pydicom', () => {
  it('arrive as storescu put them on the wire', { timeout: 300_000 }, async () => {
    const received = await mkdtemp(join(tmpdir(), 'consort-received-'));
    const port = await freePort();
    await using production = await startTestProduction(file, {
      env: { DICOM_PORT: String(port), RECEIVED: received },
    });
    await using relay = await startRecordingRelay(port);

    const syntaxes = new Set<string>();
    let sent = 0;
    for (const path of pydicomFiles()) {
      const syntax = await transferSyntaxOf(path);
      const words = ['-aet', 'ORTHANC', '-aec', 'IRIS', proposals[syntax ?? ''] ?? '-xe'];
      const args = [...words, '127.0.0.1', String(relay.port), path];
      const isSent = await storescu(args).then(
        () => true,
        () => false,
      );
      if (!isSent) continue;
      sent += 1;
      syntaxes.add(syntax ?? 'none');
    }
    await production.idle();

    const digests = (await receivedFiles(received)).map(({ digest }) => digest);
    const onTheWire = relay.objects.map(({ digest }) => digest);
    expect(sent).toBeGreaterThan(60);
    expect(syntaxes.size).toBeGreaterThan(8);
    expect(digests).toHaveLength(sent);
    expect(digests.toSorted()).toEqual(onTheWire.toSorted());
    await rm(received, { recursive: true });
  });

  it(
    'arrive with their own bytes when our requester sends them',
    { timeout: 300_000 },
    async () => {
      const received = await mkdtemp(join(tmpdir(), 'consort-received-'));
      const port = await freePort();
      await using production = await startTestProduction(file, {
        env: { DICOM_PORT: String(port), RECEIVED: received },
      });

      const peer = { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
      const results = await sendFiles(peer, pydicomFiles());
      await production.idle();

      const stored = results.filter(({ status }) => status === 0).map((one) => one.file);
      const digests = new Set((await receivedFiles(received)).map(({ digest }) => digest));
      expect(stored.length).toBeGreaterThan(60);
      for (const path of stored) expect(digests.has(await dataSetDigest(path)), path).toBe(true);
      await rm(received, { recursive: true });
    },
  );
});

// Not the synchronous kind: the relay lives in this thread.
function storescu(args: readonly string[]): Promise<unknown> {
  const env = { ...process.env, TCP_NODELAY: '1' };
  return promisify(execFile)('storescu', args, { env, timeout: 30_000 });
}

async function transferSyntaxOf(path: string): Promise<string | undefined> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    return (await readPart10(fileSource(handle, size))).meta.transferSyntaxUid;
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}
