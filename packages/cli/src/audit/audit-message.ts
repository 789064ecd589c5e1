import type { RecordedAuditEntry } from '@consort/core';

/**
 * An entry of the audit trail as an audit message of DICOM (PS3.15 section A.5.1). What was seen or acted on is named
 * by the numbers and names that the trail has: it holds no UID of a study and no id of a patient.
 * @param source who writes the trail: the name and the id of the production
 */
export function auditMessage(entry: RecordedAuditEntry, source: string): string {
  const { user, from, action, what, result, time } = entry;
  const { event, type, actionCode } = events[action] ?? own(action);
  const isDone = result === 'done';
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<AuditMessage>',
    tag('EventIdentification', {
      EventActionCode: actionCode,
      EventDateTime: time,
      // PS3.15 section A.5.2.3: 0 is success, 4 a minor failure: what was asked for was refused.
      EventOutcomeIndicator: isDone ? '0' : '4',
    }),
    coded('EventID', event),
    ...(type ? [coded('EventTypeCode', type)] : []),
    ...(isDone ? [] : [`<EventOutcomeDescription>${escape(result)}</EventOutcomeDescription>`]),
    '</EventIdentification>',
    tag('ActiveParticipant', {
      UserID: user,
      UserIsRequestor: 'true',
      NetworkAccessPointID: from,
      NetworkAccessPointTypeCode: '2',
    }),
    '</ActiveParticipant>',
    tag('AuditSourceIdentification', { AuditSourceID: source }),
    // Application server process (PS3.15 section A.5.2.4).
    '<AuditSourceTypeCode csd-code="4"/>',
    '</AuditSourceIdentification>',
    ...(what === '' ? [] : objectOf(what)),
    '</AuditMessage>',
  ].join('\n');
}

interface Code {
  readonly code: string;
  readonly system: string;
  readonly text: string;
}

interface AuditedEvent {
  readonly event: Code;
  readonly type?: Code;
  /** C create, R read, U update, D delete, E execute. */
  readonly actionCode: 'C' | 'R' | 'U' | 'D' | 'E';
}

// PS3.16 annex D, CID 400 and 401.
const dcm = (code: string, text: string): Code => ({ code, system: 'DCM', text });
const instancesAccessed = dcm('110103', 'DICOM Instances Accessed');
const authentication = dcm('110114', 'User Authentication');
const securityAlert = dcm('110113', 'Security Alert');
const configuration = dcm('110131', 'Software Configuration');
const exported = dcm('110106', 'Export');

const events: Readonly<Record<string, AuditedEvent>> = {
  login: { event: authentication, type: dcm('110122', 'Login'), actionCode: 'E' },
  logout: { event: authentication, type: dcm('110123', 'Logout'), actionCode: 'E' },
  message: { event: instancesAccessed, actionCode: 'R' },
  document: { event: instancesAccessed, actionCode: 'R' },
  documentFrame: { event: instancesAccessed, actionCode: 'R' },
  documentDifference: { event: instancesAccessed, actionCode: 'R' },
  documentFile: { event: exported, actionCode: 'R' },
  exportMessages: { event: exported, actionCode: 'R' },
  testFile: { event: dcm('110107', 'Import'), actionCode: 'C' },
  updateProduction: { event: securityAlert, type: configuration, actionCode: 'U' },
  changeHost: { event: securityAlert, type: configuration, actionCode: 'U' },
};

/** What the standard has no code for. CID 400 may be extended (PS3.16 section 7.1). */
function own(action: string): AuditedEvent {
  return { event: { code: action, system: '99CONSORT', text: action }, actionCode: 'E' };
}

function objectOf(what: string): readonly string[] {
  return [
    // A system object (2), by a report's or an engine's own number.
    tag('ParticipantObjectIdentification', {
      ParticipantObjectID: what,
      ParticipantObjectTypeCode: '2',
    }),
    coded('ParticipantObjectIDTypeCode', { code: 'message', system: '99CONSORT', text: 'Message' }),
    '</ParticipantObjectIdentification>',
  ];
}

function coded(name: string, { code, system, text }: Code): string {
  return `<${name} csd-code="${escape(code)}" codeSystemName="${system}" originalText="${escape(text)}"/>`;
}

function tag(name: string, attributes: Readonly<Record<string, string>>): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(value)}"`);
  return `<${name}${written.join('')}>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '?');
}
