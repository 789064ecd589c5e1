import type { Event, ServiceContext } from '@consort/core';
import { expect, it } from 'vitest';
import type { AssociationProposal } from './gate/door.ts';
import { refusals } from './refusals.ts';
import type { TcpServiceSettings } from './tcp-service.ts';

function warningFor(abstractSyntax: string): string {
  const logged: Event[] = [];
  const refused = refusals({
    settings: { serviceClasses: ['storage', 'verification'] },
    origin: (setting: string) => `production.yaml (${setting})`,
    log: (event: Event) => void logged.push(event),
  } as unknown as ServiceContext<TcpServiceSettings>);
  const contexts = [{ id: 1, abstractSyntax, transferSyntaxes: ['1.2.840.10008.1.2'] }];
  refused.contexts(
    {
      peerAddress: '10.0.0.1',
      callingAeTitle: 'CT1',
      calledAeTitle: 'IRIS',
      contexts,
    } as unknown as AssociationProposal,
    [{ id: 1, result: 3 }],
    undefined,
  );
  return logged.map(({ text }) => text).join('\n');
}

it('a refused SOP class names the service class that would take it', () => {
  expect(warningFor('1.2.840.10008.5.1.4.31')).toContain(
    'write at production.yaml (serviceClasses): serviceClasses: [storage, verification, worklist]; it has',
  );
});

it('what is no UID is for the peer to mend, and no setting would take it', () => {
  const text = warningFor('31');
  expect(text).toContain('mend it at the peer: no UID (PS3.5 section 9.1) is 31');
  expect(text).not.toContain('serviceClasses:');
});
