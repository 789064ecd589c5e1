import type { Output } from '../../src/client.ts';
import type { Words } from './production-status.ts';

type State = Output<'images'>['images'][number]['state'];

/** How far an image has come, in the words of `production study`. */
export const imageStates: Readonly<Record<State, Words>> = {
  failed: { tone: 'bad', word: 'Failed' },
  suspended: { tone: 'doubtful', word: 'Suspended' },
  retrying: { tone: 'doubtful', word: 'Retrying' },
  inProgress: { tone: 'idle', word: 'In progress' },
  completed: { tone: 'good', word: 'Completed' },
};
