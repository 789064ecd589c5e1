import { rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { holdDocuments } from '../packages/store/src/documents/hold-documents.ts';
import { describeWith } from './house/peers.ts';
import { documents, folder, production, received, send, start, until, verb } from './operated.ts';

describeWith(['redis', 'pydicom'], 'an operator', () => {
  it('sees a suspended message, mends the cause and resubmits it', async () => {
    await production({ operation: "replyCodeActions: 'E=S', " });
    await using running = await start();
    await rename(join(folder, 'received'), join(folder, 'away'));
    await send();

    await until(async () => (await suspended()).length === 1);
    const [id = 0] = await suspended();
    await rename(join(folder, 'away'), join(folder, 'received'));
    const { code, output } = await verb('resubmit', String(id));

    expect([code, output]).toEqual([0, expect.stringContaining(`${id}: resubmit done`)]);
    await until(async () => (await received()).length === 1);
    expect(await suspended()).toEqual([]);
    expect((await verb('resubmit', String(id))).code).toBe(1);
    expect(running.output()).toContain('suspended message');
  });

  it('discards a suspended message; it stays in the record with who did it', async () => {
    await production({ operation: "replyCodeActions: 'E=S', " });
    await using _running = await start();
    await rm(join(folder, 'received'), { recursive: true });
    await send();
    await until(async () => (await suspended()).length === 1);
    const [id = 0] = await suspended();

    expect((await verb('discard', String(id))).code).toBe(0);
    const shown = JSON.parse((await verb('show', String(id), '--json')).output) as Shown;
    expect(shown.header).toMatchObject({ status: 'Discarded' });
    expect(shown.header.note).toMatch(/^discarded by /);
  });

  it('disables a host with a reason; it stays so through kill -9, and its queue is worked off in order', async () => {
    await production();
    const first = await start();
    expect((await verb('disable', 'File', '--reason', 'PACS2 upgrade')).code).toBe(0);
    for (let n = 0; n < 5; n += 1) await send(n);
    await first.kill();

    await using again = await start();
    expect(again.output()).toContain('disabled since');
    await until(async () => /File\s+Disabled\s+5/.test((await verb('status')).output));
    const { output: status } = await verb('status');
    expect(status).toContain('PACS2 upgrade');
    expect(await received()).toHaveLength(0);
    expect((await verb('start-host', 'File')).output).toContain('error[HOST_DISABLED]');

    expect((await verb('enable', 'File')).code).toBe(0);
    await until(async () => (await received()).length === 5);
    const { messages } = JSON.parse(
      (await verb('messages', '--host', 'File', '--json')).output,
    ) as { messages: { id: number; type: string; timeProcessed: string }[] };
    const done = messages.filter(({ type }) => type === 'Request').toReversed();
    expect(done.map(({ timeProcessed }) => timeProcessed)).toEqual(
      done.map(({ timeProcessed }) => timeProcessed).toSorted(),
    );
  });

  it('finds a host disabled by the reply-code action D, with the message at the head of its queue', async () => {
    await production({ operation: "replyCodeActions: 'E=D', " });
    await using _running = await start();
    await rename(join(folder, 'received'), join(folder, 'away'));
    await send();
    await until(async () => (await verb('status')).output.includes('by reply-code action'));

    await rename(join(folder, 'away'), join(folder, 'received'));
    expect((await verb('enable', 'File')).code).toBe(0);
    await until(async () => (await received()).length === 1);
  });

  it('stops one host and starts it again while the others run; a restart of the production starts it too', async () => {
    await production();
    const first = await start();
    expect((await verb('stop-host', 'File')).code).toBe(0);
    await send();
    await until(async () => /File\s+Stopped\s+1/.test((await verb('status')).output));
    expect((await verb('start-host', 'File')).code).toBe(0);
    await until(async () => (await received()).length === 1);
    const restarted = await verb('restart', 'Storage', '--json');
    expect(JSON.parse(restarted.output)).toEqual({ name: 'Storage', status: 'running' });
    expect((await verb('stop-host', 'Nobody')).code).toBe(5);
    expect(first.output()).toMatch(
      /File: \S+ stopped File[^]*File: \S+ started File[^]*restarted Storage/,
    );
    expect((await verb('stop-host', 'File')).code).toBe(0);
    await first.stop();
    await using _again = await start();
    expect((await verb('status')).output).toMatch(/File\s+Running/);
  });

  it('aborts what waits and sends it again, in a batch, after a look at what it would be', async () => {
    await production();
    await using _running = await start();
    await verb('stop-host', 'File');
    for (let n = 0; n < 3; n += 1) await send(n);
    const queued = ['--host', 'File', '--status', 'Queued'];
    await until(async () => /File\s+Stopped\s+3/.test((await verb('status')).output));

    expect((await verb('abort', ...queued, '--dry-run')).output).toMatch(/abort would be done to/);
    expect((await verb('abort', ...queued)).code).toBe(2);
    expect((await verb('abort', ...queued, '--yes')).code).toBe(0);
    expect((await verb('status')).output).toMatch(/File\s+Stopped\s+0/);
    await verb('start-host', 'File');
    const resent = await verb('resend', '--host', 'File', '--status', 'Aborted', '--yes');

    expect(resent.code).toBe(0);
    await until(async () => (await received()).length === 3);
    const { messages } = JSON.parse(
      (await verb('messages', '--host', 'File', '--status', 'Completed', '--json')).output,
    ) as { messages: { resent?: string; description?: string }[] };
    expect(messages.filter(({ resent: r }) => r === 'r')).toHaveLength(3);
    expect(messages[0]?.description).toMatch(/^resent from message \d+$/);
  });
});

describeWith(['redis', 'pydicom'], 'a purge', () => {
  it('removes what is finished with its documents, and leaves what is not', async () => {
    await production();
    await using _running = await start();
    await send(0);
    await until(async () => (await received()).length === 1);
    await verb('stop-host', 'File');
    await send(1);
    await until(async () => /File\s+Stopped\s+1/.test((await verb('status')).output));
    // Bytes that were stored a moment ago stay, whatever the record says.
    for (const path of await documents()) await utimes(path, 1, 1);

    expect((await verb('purge', '--completed', '0s')).code).toBe(2);
    expect((await verb('purge', '--completed', '0s', '--dry-run')).output).toMatch(/^1 sessions/);
    const hold = await holdDocuments(join(folder, 'data', 'documents'), '/elsewhere');
    const held = await verb('purge', '--completed', '0s', '--yes');
    expect([held.code, held.output]).toEqual([
      0,
      expect.stringMatching(
        /^1 sessions with 4 messages and 0 documents are gone\na backup to \/elsewhere .* is under way/,
      ),
    ]);
    hold?.release();
    const { code, output } = await verb('purge', '--completed', '0s', '--yes');
    expect([code, output]).toEqual([0, '0 sessions with 0 messages and 1 documents are gone\n']);

    await verb('start-host', 'File');
    await until(async () => (await received()).length === 2);
    const left = (await documents()).filter((path) => !/hold\.(db|json)$/.test(path));
    expect(left).toHaveLength(1);
  });
});

interface Shown {
  readonly header: { readonly status: string; readonly note?: string };
}

async function suspended(): Promise<readonly number[]> {
  const { output } = await verb('suspended', '--json');
  return (JSON.parse(output) as { messages: { id: number }[] }).messages.map(({ id }) => id);
}
