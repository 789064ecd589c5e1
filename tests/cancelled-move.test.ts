import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, spawnProduction, startTestProduction } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';

const run = promisify(execFile);
const modules = new URL('../node_modules', import.meta.url).pathname;

/** Says how far it has come, and goes no further until it is cancelled. */
const moving = `import { defineProcess } from '@consort/core';
import { moveResponse } from '@consort/dicom';
import { z } from 'zod';

export default defineProcess({
  description: 'Moves for ever.',
  settings: z.object({}),
  async *onRequest(request, { signal }) {
    yield moveResponse(request, { status: 0xff00, remaining: 4, completed: 2, failed: 1, warning: 0 });
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    yield moveResponse(request, { status: 0xff00, remaining: 3, completed: 3, failed: 1, warning: 0 });
    return moveResponse(request);
  },
});
`;

describeWith(['redis', 'dcmtk'], 'a C-MOVE that is cancelled', () => {
  it('hears how far it came, and its trace says which answers were partial', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-move-'));
    const port = await freePort();
    const file = join(folder, 'production.yaml');
    await symlink(modules, join(folder, 'node_modules'));
    await writeFile(join(folder, 'moving.ts'), moving);
    await writeFile(
      file,
      `name: Moving
services:
  Door:
    component: dicom.tcp-service
    settings: { port: ${port}, localAet: IRIS, remoteAet: WORKSTATION, serviceClasses: [retrieve], responseTimeout: 60s, target: Moving }
processes:
  Moving: { component: ./moving.ts }
`,
    );
    await using production = await startTestProduction(file);
    const words = ['-d', '-S', '--cancel', '1', '-aet', 'WORKSTATION', '-aec', 'IRIS'];
    const keys = [
      '-aem',
      'ELSEWHERE',
      '-k',
      'QueryRetrieveLevel=STUDY',
      '-k',
      'StudyInstanceUID=1.2',
    ];
    const { stdout, stderr } = await run('movescu', [...words, ...keys, '127.0.0.1', `${port}`]);
    const last = (stdout + stderr).split('INCOMING DIMSE MESSAGE').at(-1) ?? '';
    expect(last).toMatch(/0xfe00/i);
    expect(last).toMatch(/Remaining Suboperations\s*: 4\b/);
    expect(last).toMatch(/Completed Suboperations\s*: 2\b/);
    expect(last).toMatch(/Failed Suboperations\s*: 1\b/);
    expect(last).toMatch(/Warning Suboperations\s*: 0\b/);

    await production.idle();
    const trace = spawnProduction(['trace', 'last', '--data', production.dataDirectory]);
    expect(await trace.ended).toBe(0);
    expect(trace.output()).toMatch(/Sent, others follow[^]*Sent, answered FE00/);
    await rm(folder, { recursive: true });
  });
});
