import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { auditMessage } from './audit-message.ts';

const entry = {
  id: 7,
  time: '2026-01-02T03:04:05.678Z',
  user: 'anna',
  from: '10.0.0.7',
  action: 'document',
  what: '42',
  result: 'done',
};

test('who saw a document is DICOM Instances Accessed, with user, address and outcome', () => {
  expect(read(auditMessage(entry, 'Demo'))).toEqual({
    event: '110103',
    system: 'DCM',
    action: 'R',
    time: entry.time,
    outcome: '0',
    user: 'anna',
    address: '10.0.0.7',
    object: '42',
    source: 'Demo',
    types: [],
  });
});

test('a login that was refused is User Authentication that failed', () => {
  const refused = { ...entry, action: 'login', what: '', result: 'LOGIN_FAILED' };
  expect(read(auditMessage(refused, 'Demo'))).toMatchObject({
    event: '110114',
    types: ['110122'],
    outcome: '4',
    object: null,
  });
});

test('what the standard has no code for has ours, and what is in it cannot end its element', () => {
  const odd = { ...entry, action: 'actOnMessages', what: '"><x a="&\u0007' };
  expect(read(auditMessage(odd, 'Demo'))).toMatchObject({
    event: 'actOnMessages',
    system: '99CONSORT',
    object: '"><x a="&?',
  });
});

/** As a reader of XML that is not ours understands it. */
function read(xml: string): unknown {
  const script = `
import json, sys, xml.etree.ElementTree as tree
m = tree.fromstring(sys.stdin.buffer.read())
e = m.find('EventIdentification'); i = e.find('EventID'); p = m.find('ActiveParticipant')
o = m.find('ParticipantObjectIdentification')
print(json.dumps(dict(event=i.get('csd-code'), system=i.get('codeSystemName'), action=e.get('EventActionCode'),
  time=e.get('EventDateTime'), outcome=e.get('EventOutcomeIndicator'), user=p.get('UserID'),
  address=p.get('NetworkAccessPointID'), object=None if o is None else o.get('ParticipantObjectID'),
  source=m.find('AuditSourceIdentification').get('AuditSourceID'),
  types=[t.get('csd-code') for t in e.findall('EventTypeCode')])))`;
  return JSON.parse(
    execFileSync('/usr/bin/python3', ['-c', script], { input: xml, encoding: 'utf8' }),
  );
}
