import { it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { proveFifo } from './fifo.ts';

describeWith(['redis'], 'a host with poolSize 1, at length', () => {
  it('does 10 000 messages one after the other, through retries, kill -9 and restarts', () =>
    proveFifo(10_000));
});
