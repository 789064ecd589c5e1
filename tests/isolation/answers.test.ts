import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host, Production } from '@consort/core';
import { expect, it } from 'vitest';
import { isolator } from '../../packages/cli/src/isolation/isolated-component.ts';
import { loadComponent } from '../../packages/cli/src/load-component.ts';
import { numbered, runEngine } from '../engine/run-engine.ts';
import { describeWith } from '../house/peers.ts';
import { root } from '../house/root.ts';

const counting = `import { appendFileSync } from 'node:fs';
import { defineProcess } from '@consort/core';
import { z } from 'zod';

export default defineProcess({
  description: 'Counts in a process of its own.',
  settings: z.object({}),
  async *onRequest({ body }, { signal }) {
    try {
      for (let number = 1; number < body.number; number += 1) yield { type: 'test.number', number };
      return body;
    } finally {
      appendFileSync(new URL('./ends', import.meta.url), signal.aborted ? 'aborted ' : 'done ');
    }
  },
});
`;

describeWith(['redis'], 'isolation: process, for a process that answers one by one', () => {
  it('has each answer taken in order, and is told when no more are wanted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-answers-'));
    await symlink(root('node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'count.ts'), counting);
    const isolate = isolator({
      dataDirectory: folder,
      refuseBelow: () => 0,
      isRoomToCome: async () => false,
    });
    const host = {
      name: 'Count',
      component: await loadComponent('./count.ts', folder),
      componentName: './count.ts',
      isolation: { memory: 128, silence: 60_000 },
      settings: {},
    };
    const file = join(folder, 'production.yaml');
    const production = { file, hosts: [host as unknown as Host] } as unknown as Production;
    const isolated = isolate(production).hosts[0]!.component;
    // The same component is the same again, so that an update leaves its host alone.
    expect(isolate(production).hosts[0]?.component).toBe(isolated);
    await using engine = await runEngine({ Count: { component: isolated } });

    const accepted = await engine.service.accept('Count', numbered(12));
    const numbers: unknown[] = [];
    for await (const { body, isLast, settle } of accepted.answers(60_000)) {
      numbers.push([body?.['number'], isLast]);
      await settle({ status: 'Completed' });
    }
    expect(numbers).toEqual(Array.from({ length: 12 }, (_, n) => [n + 1, n === 11]));

    const endless = await engine.service.accept('Count', numbered(1_000_000));
    for await (const { isLast, settle } of endless.answers(60_000)) {
      await settle({ status: 'Completed' });
      if (isLast) break;
      await endless.cancel();
    }
    await engine.idle();
    expect(await readFile(join(folder, 'ends'), 'utf8')).toBe('done aborted ');
    await rm(folder, { recursive: true });
  });
});
