import type { Output } from '../../src/client.ts';
import type { Tone } from './tone.ts';

type Production = NonNullable<Output<'status'>['production']>;
type Host = Output<'production'>['hosts'][number];

/** A state in words, and what there is to know about it. */
export interface Words {
  readonly tone: Tone;
  readonly word: string;
  readonly meaning?: string;
}

/** What the production does, and what that means for its images. */
export function productionWords({ status, heartbeat }: Production): Words {
  if (status === 'Running' && heartbeat === 'late') {
    return {
      tone: 'bad',
      word: 'Running, not answering',
      meaning:
        'It is recorded as Running, but has written no heartbeat: it hangs, was killed, or cannot write its record. ' +
        'Nothing recorded is lost; npx production status says more.',
    };
  }
  if (status === 'Running') return { tone: 'good', word: 'Running' };
  if (status === 'Stopped') {
    return {
      tone: 'idle',
      word: 'Stopped',
      meaning: 'Nothing is under way. Start it with npx production start.',
    };
  }
  if (status === 'Suspended') {
    return {
      tone: 'doubtful',
      word: 'Suspended',
      meaning: 'It was stopped with messages unfinished; they go on at the next start.',
    };
  }
  return {
    tone: 'bad',
    word: 'Troubled',
    meaning:
      'Its last run did not end as it should; what was unfinished goes on at the next start.',
  };
}

const states: Readonly<Record<Host['state'], Words>> = {
  running: { tone: 'good', word: 'Running' },
  retrying: { tone: 'doubtful', word: 'Running, retrying' },
  starting: { tone: 'doubtful', word: 'Starting' },
  stopped: { tone: 'idle', word: 'Stopped' },
  disabled: { tone: 'idle', word: 'Disabled' },
  error: { tone: 'bad', word: 'Error' },
  inactive: { tone: 'doubtful', word: 'Running, inactive' },
  removed: { tone: 'doubtful', word: 'Not in the production' },
};

/** What a host does. */
export function hostWords({ state }: Pick<Host, 'state'>): Words {
  return states[state];
}

/** How a host stands with its peer; undefined for one that has none. */
export function connectionWords({
  connection,
  connections,
}: Pick<Host, 'connection' | 'connections'>): Words | undefined {
  switch (connection) {
    case 'connected':
      return {
        tone: 'good',
        word: connections > 1 ? `Connected, ${connections} associations` : 'Connected',
      };
    case 'listening':
      return { tone: 'idle', word: 'Listening' };
    case 'disconnected':
      return { tone: 'bad', word: 'Disconnected' };
    default:
      return undefined;
  }
}

/** The kinds of host in words. */
export const kindWords = {
  BusinessService: 'service',
  BusinessProcess: 'process',
  BusinessOperation: 'operation',
  Unknown: 'host',
} as const;
