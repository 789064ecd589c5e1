import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterAll } from 'vitest';

// Fails a test file that leaves a server, a socket, a thread or a process behind: it would disturb the ones after it.

const patience = 5_000;
const mark = `CONSORT_TEST_FILE=${randomUUID()}`;
const threads = new Set<Worker>();
const atStart = handles();

process.on('worker', (thread) => {
  threads.add(thread);
  thread.once('exit', () => threads.delete(thread));
});
// Whatever the file starts inherits it, and so do the children of that.
[, process.env['CONSORT_TEST_FILE']] = mark.split('=');

afterAll(async () => {
  const deadline = Date.now() + patience;
  let open = await leftOpen();
  // Closing takes a moment: a socket's last packet, a process's exit.
  while (open.length > 0 && Date.now() < deadline) {
    await sleep(50);
    open = await leftOpen();
  }
  for (const { id } of await processes()) process.kill(id, 'SIGKILL');
  if (open.length > 0) throw new Error(`This file leaves open: ${open.join(', ')}`);
}, patience * 3);

async function leftOpen(): Promise<readonly string[]> {
  const before = new Map(atStart);
  const surplus = [...handles()].filter(([kind, count]) => count > (before.get(kind) ?? 0));
  return [
    ...surplus.map(([kind, count]) => `${count - (before.get(kind) ?? 0)} × ${kind}`),
    ...[...threads].map((thread) => `thread ${thread.threadId}`),
    ...(await processes()).map(({ id, command }) => `process ${id} (${command})`),
  ];
}

/** What keeps the event loop alive, counted by kind; timers and files are no harm to others. */
function handles(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo())
    if (/^(TCP|Pipe|UDP|TLS|Process).*Wrap$/.test(kind))
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Processes that carry the mark of this file; Linux only. */
async function processes(): Promise<readonly { id: number; command: string }[]> {
  const ids = await readdir('/proc').catch(() => []);
  const others = ids.filter((id) => /^\d+$/.test(id) && Number(id) !== process.pid);
  const found = await Promise.all(
    others.map(async (id) => {
      const environment = await readFile(`/proc/${id}/environ`, 'utf8').catch(() => '');
      if (!environment.split('\0').includes(mark)) return [];
      const command = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
      return [{ id: Number(id), command: command.split('\0').slice(0, 3).join(' ') }];
    }),
  );
  return found.flat();
}
