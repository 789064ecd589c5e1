import { it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { proveBadNeighbour } from './bad-neighbour.ts';

describeWith(['redis', 'pydicom'], 'a dead target beside a live one', () => {
  it('is seen, disabled and enabled by an operator; its queue outlives kill -9 and arrives in order: 2 000 images', () =>
    proveBadNeighbour(2_000));
});
