import type { Event } from '@consort/core';

/** The colour of an event. */
export function eventColour(event: Event): 'red' | 'yellow' | 'dim' | 'reset' {
  if (event.type === 'Error' || event.type === 'Alert' || event.type === 'Assert') return 'red';
  if (event.type === 'Warning') return 'yellow';
  return event.type === 'Trace' ? 'dim' : 'reset';
}
