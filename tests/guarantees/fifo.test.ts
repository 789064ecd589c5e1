import { it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { proveFifo } from './fifo.ts';

describeWith(['redis'], 'a host with poolSize 1', () => {
  it('does one message after the other, through retries, kill -9 and restarts', () =>
    proveFifo(2_000));
});
