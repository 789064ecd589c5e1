import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnProduction } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';
import { file, folder, production, received, send, start, until, verb } from './operated.ts';

const core = new URL('../packages/core/src/index.ts', import.meta.url).href;
const zod = import.meta.resolve('zod');

describeWith(['redis', 'pydicom'], 'the life of a production', () => {
  it('starts operations, processes, services, and stops them the other way round', async () => {
    await writeFile(join(folder, 'ordered.ts'), ordered);
    await writeFile(
      file,
      `name: Ordered
services: { In: { component: ./in.ts } }
processes: { Through: { component: ./through.ts } }
operations: { Out: { component: ./out.ts } }
`,
    );
    for (const kind of ['in', 'through', 'out']) {
      await writeFile(
        join(folder, `${kind}.ts`),
        `export { ${kind} as default } from './ordered.ts';\n`,
      );
    }
    const running = await start();
    expect(await running.stop()).toBe(0);

    const { events } = JSON.parse((await verb('events', '--json')).output) as {
      events: { code: string; host?: string; text: string }[];
    };
    const order = events.filter(({ code }) => code === 'ORDER').map(({ text }) => text);
    expect(order).toEqual([
      'Out starts',
      'Through starts',
      'In starts',
      'In ends',
      'Through ends',
      'Out ends',
    ]);
  });

  it('stops at once while an operation only tries again, is Suspended, and goes on at the next start', async () => {
    await production();
    const first = await start();
    await rename(join(folder, 'received'), join(folder, 'away'));
    await send();
    await until(async () => first.output().includes('will try message'));
    const before = performance.now();
    expect(await first.stop()).toBe(0);
    // Far below shutdownTimeout: nobody works on what waits for its next try.
    expect(performance.now() - before).toBeLessThan(15_000);
    expect((await verb('status')).output).toMatch(/Operated +Suspended/);
    expect(first.output()).not.toContain('STOP_FORCED');

    await rename(join(folder, 'away'), join(folder, 'received'));
    await using _again = await start();
    await until(async () => (await received()).length === 1);
  });

  it('waits for a handler that hangs as long as shutdownTimeout says, then stops by force and says where', async () => {
    await production({ own: 'shutdownTimeout: 1s' });
    await hangingStorage();
    const first = await start();
    await send();
    await until(async () => first.output().includes('hanging now'));
    expect(await first.stop()).toBe(0);
    expect(first.output()).toContain(
      'stopped by force after 1 s with messages in progress: 1 at Storage',
    );
    expect((await verb('status')).output).toMatch(/Operated +Suspended/);

    await production();
    await using _again = await start();
    await until(async () => (await received()).length === 1);
  });

  it('is Troubled after kill -9, starts again by itself and counts it; a second start is refused', async () => {
    await production();
    const first = await start();
    await first.kill();
    expect((await verb('status')).output).toMatch(/Operated +Troubled/);
    await using again = await start();
    expect(again.output()).toContain('the last run ended without a stop');
    expect(JSON.parse((await verb('status', '--json')).output)).toMatchObject({
      production: { state: 'Running', recoveries: 1 },
    });
    const second = spawnProduction([
      'start',
      file,
      '--data',
      join(folder, 'data'),
      '--page',
      'off',
    ]);
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('error[ALREADY_RUNNING]');
  });

  it('runs a host by its schedule; its queue goes on filling', async () => {
    const starts = new Date(Date.now() + 12_000);
    const stops = new Date(Date.now() + 20_000);
    const at = (time: Date) => time.toTimeString().slice(0, 8);
    const schedule = `START:*-*-*T${at(starts)},STOP:*-*-*T${at(stops)}`;
    await production({ operation: `schedule: '${schedule}', ` });
    await using running = await start();
    expect(running.output()).toMatch(/File +stopped by its schedule; it starts /);
    await send();
    expect(await received()).toHaveLength(0);
    await until(async () => (await received()).length === 1);
    expect(Date.now()).toBeGreaterThanOrEqual(Math.floor(starts.getTime() / 1000) * 1000);
    await until(async () => /File\s+Stopped/.test((await verb('status')).output));
    expect(running.output()).toContain('File is started by its schedule');
    expect(running.output()).toContain('File is stopped by its schedule');

    // What an operator starts stays until the next hour of the schedule.
    expect((await verb('start-host', 'File')).code).toBe(0);
    expect((await verb('status')).output).toMatch(/File\s+Running/);
  });
});

const ordered = `
import { defineService, defineProcess, defineOperation } from ${JSON.stringify(core)};
import { z } from ${JSON.stringify(zod)};
const settings = z.object({});
const description = 'Says when it starts and ends.';
const onInit = async (context) => {
  const say = (what) => context.log({ type: 'Info', code: 'ORDER', text: context.host + ' ' + what });
  say('starts');
  return say;
};
const onTearDown = async (say) => say('ends');
const common = { description, settings, onInit, onTearDown };
export const into = defineService(common);
export { into as in };
export const through = defineProcess({ ...common, onRequest() {} });
export const out = defineOperation({ ...common, onMessage() {} });
`;

async function hangingStorage(): Promise<void> {
  await writeFile(
    join(folder, 'storage.ts'),
    `import { defineProcess, target } from ${JSON.stringify(core)};
import { z } from ${JSON.stringify(zod)};
export default defineProcess({
  description: 'Never returns.',
  settings: z.object({ fileOperation: target() }),
  onRequest(_request, { log }) {
    log({ type: 'Info', code: 'HANGS', text: 'hanging now' });
    return new Promise(() => {});
  },
});
`,
  );
}
