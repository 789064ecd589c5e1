import type { Document, RecordedAuditEntry } from '@consort/core';
import { documentObjects, messageObject } from './participant-objects.ts';
import { coded, tag, type Code } from './xml.ts';

/**
 * An entry of the audit trail as an audit message of DICOM (PS3.15 section A.5.1). What was seen or acted on is named
 * by the numbers and names that the trail has: it holds no UID of a study and no id of a patient.
 * @param source who writes the trail: the name and the id of the production
 * @param seen the documents it is about, whose studies and patients are named as well; none for who may not see them
 */
export function auditMessage(
  entry: RecordedAuditEntry,
  source: string,
  seen: readonly Document[] = [],
): string {
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
    ...(isDone ? [] : [tag('EventOutcomeDescription', {}, result)]),
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
    ...documentObjects(seen),
    ...(what === '' ? [] : messageObject(what)),
    '</AuditMessage>',
  ].join('\n');
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
const userRoles = dcm('110136', 'Security Roles Changed');
const accounts = dcm('110137', 'User Security Attributes Changed');
const exported = dcm('110106', 'Export');

const events: Readonly<Record<string, AuditedEvent>> = {
  login: { event: authentication, type: dcm('110122', 'Login'), actionCode: 'E' },
  openIdLogin: { event: authentication, type: dcm('110122', 'Login'), actionCode: 'E' },
  logout: { event: authentication, type: dcm('110123', 'Logout'), actionCode: 'E' },
  message: { event: instancesAccessed, actionCode: 'R' },
  document: { event: instancesAccessed, actionCode: 'R' },
  documentFrame: { event: instancesAccessed, actionCode: 'R' },
  documentDifference: { event: instancesAccessed, actionCode: 'R' },
  documentFile: { event: exported, actionCode: 'R' },
  exportMessages: { event: exported, actionCode: 'R' },
  testFile: { event: dcm('110107', 'Import'), actionCode: 'C' },
  addUser: { event: securityAlert, type: accounts, actionCode: 'C' },
  changeRoles: { event: securityAlert, type: userRoles, actionCode: 'U' },
  resetPassword: { event: securityAlert, type: accounts, actionCode: 'U' },
  changePassword: { event: securityAlert, type: accounts, actionCode: 'U' },
  lockUser: { event: securityAlert, type: accounts, actionCode: 'U' },
  unlockUser: { event: securityAlert, type: accounts, actionCode: 'U' },
  removeUser: { event: securityAlert, type: accounts, actionCode: 'D' },
  createToken: { event: securityAlert, type: accounts, actionCode: 'C' },
  revokeToken: { event: securityAlert, type: accounts, actionCode: 'D' },
  updateProduction: { event: securityAlert, type: configuration, actionCode: 'U' },
  changeHost: { event: securityAlert, type: configuration, actionCode: 'U' },
};

/** What the standard has no code for. CID 400 may be extended (PS3.16 section 7.1). */
function own(action: string): AuditedEvent {
  return { event: { code: action, system: '99CONSORT', text: action }, actionCode: 'E' };
}
