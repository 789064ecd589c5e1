import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Document } from '@consort/core';
import { openMessageStore } from '@consort/store';
import { expect, test } from 'vitest';
import { auditMessage } from './audit-message.ts';
import { seenOf } from './seen-of.ts';

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

test('the studies and the patients of what was seen are its participant objects, each once', () => {
  const document: Document = {
    digest: '7'.repeat(64),
    size: 7,
    transferSyntaxUid: '1.2.840.10008.1.2',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
    attributes: {
      patientId: 'PID-7',
      patientName: 'Doe^Jane & "J"',
      accessionNumber: 'ACC-7',
      studyInstanceUid: '1.2.3',
      sopInstanceUid: '1.2.3.4.5',
    },
  };
  const other = {
    ...document,
    attributes: { ...document.attributes, sopInstanceUid: '1.2.3.4.6' },
  };
  const difference = { ...entry, action: 'documentDifference', what: '42 43' };
  expect(objectsOf(auditMessage(difference, 'Demo', [document, other, document]))).toEqual([
    ['1.2.3', '2', '3', '110180', 'DCM', null, ['ACC-7'], [['1.2.840.10008.5.1.4.1.1.2', '2']]],
    ['PID-7', '1', '1', '2', 'RFC-3881', 'Doe^Jane & "J"', [], []],
    ['42 43', '2', null, 'message', '99CONSORT', null, [], []],
  ]);
  expect(objectsOf(auditMessage(difference, 'Demo'))).toHaveLength(1);
});

test('the documents of an entry are those of the messages it names, so long as they are there', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'consort-seen-'));
  const store = await openMessageStore(directory);
  try {
    const attributes = { patientId: 'PID-7', studyInstanceUid: '1.2.3', sopInstanceUid: '1.2.3.4' };
    const document = {
      digest: '7'.repeat(64),
      size: 7,
      transferSyntaxUid: '1.2.840.10008.1.2',
      sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
      attributes,
    };
    await store.send({
      source: 'Door',
      sourceType: 'BusinessService',
      target: 'File',
      targetType: 'BusinessOperation',
      body: { type: 'dicom.document', document },
      priority: 'Async',
      responseRequired: false,
    });
    const seen = async (action: string, what: string) =>
      (await seenOf({ ...entry, action, what }, store)).map((one) => one.attributes.patientId);
    expect(await seen('document', '1')).toEqual(['PID-7']);
    expect(await seen('documentFrame', '1 3')).toEqual(['PID-7']);
    expect(await seen('documentDifference', '1 1')).toEqual(['PID-7', 'PID-7']);
    expect(await seen('testFile', 'File message 1')).toEqual(['PID-7']);
    expect(await seen('document', '999')).toEqual([]);
    // A host may have any name.
    expect(await seen('changeHost', '1 stop')).toEqual([]);
    expect(await seen('exportMessages', 'csv by patient')).toEqual([]);
  } finally {
    await store.close();
    await rm(directory, { recursive: true });
  }
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
  return run(script, xml);
}

/** Every participant object: id, type, role, the code of its id, name, accession numbers, SOP classes. */
function objectsOf(xml: string): unknown {
  const script = `
import json, sys, xml.etree.ElementTree as tree
m = tree.fromstring(sys.stdin.buffer.read())
print(json.dumps([[o.get('ParticipantObjectID'), o.get('ParticipantObjectTypeCode'),
  o.get('ParticipantObjectTypeCodeRole'), o.find('ParticipantObjectIDTypeCode').get('csd-code'),
  o.find('ParticipantObjectIDTypeCode').get('codeSystemName'), o.findtext('ParticipantObjectName'),
  [a.get('Number') for a in o.findall('ParticipantObjectDescription/Accession')],
  [[s.get('UID'), s.get('NumberOfInstances')] for s in o.findall('ParticipantObjectDescription/SOPClass')]]
  for o in m.findall('ParticipantObjectIdentification')]))`;
  return run(script, xml);
}

function run(script: string, xml: string): unknown {
  return JSON.parse(
    execFileSync('/usr/bin/python3', ['-c', script], { input: xml, encoding: 'utf8' }),
  );
}
