import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort, startStorescp } from '@consort/testing/consort';
import { startTestRedis } from '../packages/redis/src/test-redis.ts';
import { outputs } from '../packages/cli/src/json/outputs.ts';
import { describeWith } from './house/peers.ts';
import { root } from './house/root.ts';

const timeout = 120_000;

/** A component with a database. */
const table = `import { defineOperation } from '${root('packages/core/src/index.ts')}';
import { z } from '${root('node_modules/zod/index.js')}';
export default defineOperation({
  description: 'Writes into a table.',
  settings: z.object({ url: z.string() }),
  onMessage: () => undefined,
});
`;

/** Runs `production check --json` on a text. */
async function check(text: string, words: readonly string[] = [], env = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'check-'));
  try {
    await writeFile(join(folder, 'production.yaml'), text);
    await writeFile(join(folder, 'file'), '');
    await writeFile(join(folder, 'table.ts'), table);
    const given = [root('packages/cli/src/main.ts'), 'check', folder, '--json', ...words];
    const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((resolve) => {
      const options = { env: { ...process.env, ...env } };
      execFile(process.execPath, given, options, (error, said) =>
        resolve({ code: error ? error.code : 0, stdout: said }),
      );
    });
    return { code, ...outputs.check.parse(JSON.parse(stdout)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const placed = (found: Awaited<ReturnType<typeof check>>) =>
  found.findings.map(({ severity, code, line, column }) => `${line}:${column} ${severity} ${code}`);

describeWith(['redis', 'dcmtk'], 'production check, on this machine', () => {
  test(
    'doubts a port that is in use, a folder that cannot be made or is none, and a file that is missing',
    { timeout },
    async () => {
      const other = createServer().listen(0, '0.0.0.0');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const text = (busy: number, directory: string, second: string, key: string) => `name: Demo
services:
  In:
    component: dicom.tcp-service
    settings:
      port: ${busy}
      localAet: IRIS
      remoteAet: PACS
      target: Route
${key}
processes:
  Route: { component: dicom.router, settings: { rules: [{ send: [A, B] }] } }
operations:
  A: { component: dicom.file-operation, retry: { interval: 1s, timeout: 5s }, settings: { directory: ${directory} } }
  B: { component: dicom.file-operation, retry: { interval: 1s, timeout: 5s }, settings: { directory: ${second} } }
`;
      const contexts = '      presentationContexts: { file: ./associations.txt }';
      const unfit = await check(text(port, './none/received', './file', contexts));
      other.close();
      expect(placed(unfit)).toEqual([
        '6:13 warning PORT_IN_USE',
        '10:29 warning FILE_MISSING',
        '14:102 warning DIRECTORY_UNFIT',
        '15:102 warning DIRECTORY_UNFIT',
      ]);
      expect(unfit).toMatchObject({ code: 0, isValid: true });
      const fit = await check(text(await freePort(), './received', '.', ''));
      expect(placed(fit)).toEqual([]);
    },
  );

  test(
    '--live asks DICOM peers, Redis and servers, and says who is not there',
    { timeout },
    async () => {
      await using peer = await startStorescp();
      const redis = await startTestRedis();
      const postgres = createServer((socket) =>
        // As PostgreSQL without TLS answers SSLRequest (its protocol, section 54.2.10).
        socket.once('data', (asked) => socket.end(asked.readInt32BE(4) === 80_877_103 ? 'N' : 'E')),
      ).listen(0, '127.0.0.1');
      try {
        await once(postgres, 'listening');
        const { port } = postgres.address() as AddressInfo;
        const none = await freePort();
        const text = `name: Demo
services:
  In: { component: dicom.file-service, settings: { filePath: ./in, target: Route } }
processes:
  Route: { component: dicom.router, settings: { rules: [{ send: [There, Away, Hook, Table] }] } }
operations:
  There: { component: dicom.tcp-operation, settings: { host: 127.0.0.1, port: ${peer.port}, localAet: IRIS, remoteAet: PEER } }
  Away: { component: dicom.tcp-operation, settings: { host: 127.0.0.1, port: ${none}, localAet: IRIS, remoteAet: PEER } }
  Hook: { component: alert.webhook, settings: { url: "\${HOOK_URL}" } }
  Table: { component: ./table.ts, settings: { url: postgres://127.0.0.1:${port}/pacs } }
`;
        const env = { HOOK_URL: `http://127.0.0.1:${none}/T0/B0`, REDIS_URL: redis.url };
        const found = await check(text, ['--live'], env);
        expect(found.code).toBe(1);
        expect(found.live?.map(({ of, how, isThere }) => `${of} ${how} ${isThere}`)).toEqual([
          'REDIS_URL PING true',
          'There C-ECHO true',
          'Away C-ECHO false',
          'Hook url connection false',
          'Table url connection true',
        ]);
        expect(placed(found)).toEqual([
          '8:61 warning PEER_NOT_THERE',
          '9:54 warning SERVER_NOT_THERE',
        ]);
        // A token of the webhook is in its path.
        expect(JSON.stringify(found)).not.toContain('T0');
        const alone = await check(
          text.replace(/  Away: .*\n/, '').replace('Away, ', ''),
          ['--live'],
          {
            ...env,
            HOOK_URL: `http://127.0.0.1:${port}/`,
          },
        );
        expect(alone.live?.every(({ isThere }) => isThere)).toBe(true);
        expect(alone.code).toBe(0);
      } finally {
        postgres.close();
        await redis.remove();
      }
    },
  );
});
