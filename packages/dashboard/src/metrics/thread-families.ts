import type { Family } from './family.ts';
import type { Reading } from './reading.ts';
import type { ThreadPulse } from './source.ts';

/** What there is to tell of each thread of hosts. */
export const threadFamilies: readonly Family[] = [
  ofThread(
    'consort_thread_lag_p99_seconds',
    'How late the event loop of a thread was in its last second, at the 99th percentile.',
    ({ lagP99 }) => lagP99 / 1000,
  ),
  ofThread(
    'consort_thread_lag_max_seconds',
    'How late it was at most.',
    ({ lagMax }) => lagMax / 1000,
  ),
  ofThread(
    'consort_thread_heartbeat_timestamp_seconds',
    'When a thread last said so, in seconds since 1970; it does every second, unless something blocks it.',
    ({ at }) => at / 1000,
  ),
];

function ofThread(name: string, help: string, value: (pulse: ThreadPulse) => number): Family {
  return {
    name,
    type: 'gauge',
    help,
    labels: ['thread'],
    samples: (reading) => {
      // While an update changes the hosts of a thread, it may stand here twice.
      const latest = new Map(
        reading.pulses
          .toSorted((one, other) => one.at - other.at)
          .map((pulse) => [threadName(pulse, reading), pulse]),
      );
      return [...latest].map(([thread, pulse]) => ({ labels: { thread }, value: value(pulse) }));
    },
  };
}

/** A service has a thread of its own; all the others are in one. */
function threadName({ hostNames }: ThreadPulse, { record }: Reading): string {
  const [first = ''] = hostNames;
  const isService =
    record?.hosts.find(({ name }) => name === first)?.type === 'BusinessService' ||
    (!record && hostNames.length === 1);
  return isService ? first : 'processes and operations';
}
