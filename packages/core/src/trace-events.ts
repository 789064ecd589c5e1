import type { EventLog } from './event.ts';
import type { Host } from './production.ts';

/** Leaves out the events of type Trace of hosts that do not say `logTraceEvents` (IRIS: LogTraceEvents). */
export function tracingWhereAsked(events: EventLog, hosts: ReadonlyMap<string, Host>): EventLog {
  return {
    log(event) {
      const isWanted = event.type !== 'Trace' || hosts.get(event.host ?? '')?.logTraceEvents;
      if (isWanted) events.log(event);
    },
  };
}
