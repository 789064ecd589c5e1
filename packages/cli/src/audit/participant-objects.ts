import type { Document } from '@consort/core';
import { coded, empty, tag, type Code } from './xml.ts';

// PS3.16 CID 404, and RFC 3881 section 5.5.4 for the patient's.
const studyInstanceUid: Code = { code: '110180', system: 'DCM', text: 'Study Instance UID' };
const patientNumber: Code = { code: '2', system: 'RFC-3881', text: 'Patient Number' };
const message: Code = { code: 'message', system: '99CONSORT', text: 'Message' };

/** What the trail itself names: numbers of messages, names of hosts. A system object (2) by a number of ours. */
export function messageObject(what: string): readonly string[] {
  return [
    tag('ParticipantObjectIdentification', {
      ParticipantObjectID: what,
      ParticipantObjectTypeCode: '2',
    }),
    coded('ParticipantObjectIDTypeCode', message),
    '</ParticipantObjectIdentification>',
  ];
}

/**
 * The studies and the patients of documents, each once, as the tables of PS3.15 sections A.5.3.4 to A.5.3.6 ask for them:
 * a study is a report (3) of a system (2), with the instances of each SOP class; a patient is a person (1) and patient (1).
 */
export function documentObjects(documents: readonly Document[]): readonly string[] {
  const studies = Map.groupBy(documents, ({ attributes }) => attributes.studyInstanceUid);
  const patients = Map.groupBy(documents, ({ attributes }) => attributes.patientId);
  return [
    ...[...studies].flatMap(([uid, own]) => (uid === undefined ? [] : studyObject(uid, own))),
    ...[...patients].flatMap(([id, own]) => (id === undefined ? [] : patientObject(id, own))),
  ];
}

function studyObject(uid: string, documents: readonly Document[]): readonly string[] {
  const accessions = new Set(documents.map(({ attributes }) => attributes.accessionNumber));
  const classes = Map.groupBy(documents, ({ sopClassUid }) => sopClassUid);
  return [
    tag('ParticipantObjectIdentification', {
      ParticipantObjectID: uid,
      ParticipantObjectTypeCode: '2',
      ParticipantObjectTypeCodeRole: '3',
    }),
    coded('ParticipantObjectIDTypeCode', studyInstanceUid),
    '<ParticipantObjectDescription>',
    ...[...accessions]
      .filter((number) => number !== undefined)
      .map((number) => empty('Accession', { Number: number })),
    ...[...classes].map(([sopClassUid, own]) =>
      empty('SOPClass', { UID: sopClassUid, NumberOfInstances: String(instances(own)) }),
    ),
    '</ParticipantObjectDescription>',
    '</ParticipantObjectIdentification>',
  ];
}

function patientObject(id: string, documents: readonly Document[]): readonly string[] {
  const name = documents.find(({ attributes }) => attributes.patientName)?.attributes.patientName;
  return [
    tag('ParticipantObjectIdentification', {
      ParticipantObjectID: id,
      ParticipantObjectTypeCode: '1',
      ParticipantObjectTypeCodeRole: '1',
    }),
    coded('ParticipantObjectIDTypeCode', patientNumber),
    ...(name === undefined ? [] : [tag('ParticipantObjectName', {}, name)]),
    '</ParticipantObjectIdentification>',
  ];
}

/** The same one twice is one. */
function instances(documents: readonly Document[]): number {
  return new Set(documents.map(({ attributes, digest }) => attributes.sopInstanceUid ?? digest))
    .size;
}
