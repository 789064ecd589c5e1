import { readFile } from 'node:fs/promises';

/** Milliseconds of processor time that a process has used, with its threads; 0 once it is gone. */
export async function processorOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [, ticks = ''] = stat.split(') ');
  const [user = 0, system = 0] = ticks.split(' ').slice(11, 13).map(Number);
  return 10 * (user + system);
}
