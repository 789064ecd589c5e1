import type { EventLog } from '../event.ts';
import type { HostChanges } from '../host-changes.ts';
import type { Host } from '../production.ts';
import { machineTime, type Time } from '../time.ts';
import { isOn } from './schedule.ts';

const lookInterval = 1_000;
/** Milliseconds that what is under way may take when its host's time is over. */
const grace = 10_000;

/**
 * Starts and stops hosts by their schedules, at the hours themselves only: between them what an operator did stands.
 * The start of the hosts looks at the schedules too.
 * @param hosts those of this thread, now
 */
export function keepSchedules(
  hosts: () => readonly Host[],
  { startIfWanted, stop }: Pick<HostChanges, 'startIfWanted' | 'stop'>,
  events: EventLog,
  time: Time = machineTime,
): { close(): void } {
  const last = new Map<string, boolean>();

  function look(): void {
    for (const { name, schedule } of hosts()) {
      const is = schedule ? isOn(schedule, new Date(time.now())) : undefined;
      const was = last.get(name);
      if (is === undefined) last.delete(name);
      else last.set(name, is);
      if (is === undefined || was === undefined || is === was) continue;
      const text = `${name} is ${is ? 'started' : 'stopped'} by its schedule`;
      events.log({ type: 'Info', code: 'SCHEDULE', text, host: name });
      (is ? startIfWanted(name) : stop(name, grace)).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        events.log({ type: 'Error', code: 'HOST_START_FAILED', text: reason, host: name });
      });
    }
  }

  look();
  return { close: time.every(lookInterval, look) };
}
