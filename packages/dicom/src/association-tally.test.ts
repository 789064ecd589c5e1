import { expect, test } from 'vitest';
import { associationTally } from './association-tally.ts';

const peer = { id: 'a-1', peerAddress: '127.0.0.1', peerPort: 1 };

test('only calling AE titles of the settings are told, whatever peers call themselves', () => {
  const tally = associationTally(['ORTHANC', '*']);
  for (let caller = 0; caller < 1000; caller += 1) {
    tally.ended({ ...peer, callingAeTitle: `STRANGER${caller}` }, { kind: 'rejected', reason: '' });
  }
  tally.ended({ ...peer, callingAeTitle: '*' }, { kind: 'rejected', reason: '' });
  tally.ended({ ...peer, callingAeTitle: 'ORTHANC' }, { kind: 'released', reason: '' });
  tally.ended({ ...peer, callingAeTitle: 'ORTHANC' }, { kind: 'released', reason: '' });
  tally.ended(peer, { kind: 'silent', reason: '' });
  expect(tally.measures([]).map(({ name, labels, value }) => [name, labels, value])).toEqual([
    ['associations', { outcome: 'rejected', calling_ae_title: 'other' }, 1001],
    ['associations', { outcome: 'released', calling_ae_title: 'ORTHANC' }, 2],
    ['associations', { outcome: 'silent', calling_ae_title: 'none' }, 1],
    ['associations_open', undefined, 0],
  ]);
});
