import type { Message, MessageBody } from '@consort/core';
import { describe, expect, it, test } from 'vitest';
import { isDicomDocument, type CommandSet } from '../document.ts';
import {
  nActionResponse,
  nCreateResponse,
  nDeleteResponse,
  nEventReportResponse,
  nGetResponse,
  nSetResponse,
} from './normalized-responses.ts';
import { findResponse, getResponse, moveResponse } from './query-responses.ts';

const worklist = '1.2.840.10008.5.1.4.31';
const mpps = '1.2.840.10008.3.1.2.3.3';

const requests = {
  find: request({ commandField: 'C-FIND-RQ', affectedSopClassUid: worklist }),
  move: request({ commandField: 'C-MOVE-RQ', affectedSopClassUid: '1.2', moveDestination: 'X' }),
  get: request({ commandField: 'C-GET-RQ', affectedSopClassUid: '1.3' }),
  create: request({ commandField: 'N-CREATE-RQ', affectedSopClassUid: mpps }),
  set: requested('N-SET-RQ'),
  read: requested('N-GET-RQ'),
  act: requested('N-ACTION-RQ', { actionTypeId: 1 }),
  report: request({
    commandField: 'N-EVENT-REPORT-RQ',
    affectedSopClassUid: mpps,
    affectedSopInstanceUid: '1.2.3',
    eventTypeId: 2,
  }),
  remove: requested('N-DELETE-RQ'),
};

describe('findResponse', () => {
  it('with an identifier is pending, without one the last', () => {
    const pending = findResponse(requests.find, { identifier: { PatientID: 'P' } });
    expect(pending).toEqual({
      type: 'dicom.document',
      command: {
        commandField: 'C-FIND-RSP',
        messageIdBeingRespondedTo: 7,
        affectedSopClassUid: worklist,
        status: 0xff00,
      },
      dataSet: { PatientID: 'P' },
    });
    expect(isDicomDocument(pending)).toBe(true);
    expect(JSON.parse(JSON.stringify(pending))).toEqual(pending);
    expect(findResponse(requests.find)).toMatchObject({ command: { status: 0x0000 } });
    expect(findResponse(requests.find)).not.toHaveProperty('dataSet');
    expect(findResponse(requests.find, { status: 0xff01, identifier: {} }).command.status).toBe(
      0xff01,
    );
  });

  it('takes what is stored for an identifier', () => {
    const document = {
      digest: 'a'.repeat(64),
      size: 8,
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      sopClassUid: worklist,
      attributes: {},
    };
    const stored = { ...requests.find.body, document } as never;
    const response = findResponse(requests.find, { identifier: stored });
    expect(response.document).toEqual(document);
    expect(response).not.toHaveProperty('dataSet');
  });

  test.each([
    ['pending without an identifier', () => findResponse(requests.find, { status: 0xff00 })],
    [
      'an identifier with the last status',
      () => findResponse(requests.find, { status: 0x0000, identifier: {} }),
    ],
    ['a status that is none', () => findResponse(requests.find, { status: 0x10000 })],
    ['a request of another service', () => findResponse(requests.get)],
    [
      'a response in place of a request',
      () => findResponse(asRequest(findResponse(requests.find))),
    ],
    ['what is no DICOM at all', () => findResponse(asRequest({ type: 'empty' }))],
  ])('refuses %s', (_, make) => {
    expect(make).toThrow(
      expect.objectContaining({ name: 'PermanentError', code: 'RESPONSE_INVALID' }),
    );
  });
});

describe('moveResponse and getResponse', () => {
  it('say how many sub-operations there were, and which failed', () => {
    const counts = { remaining: 0, completed: 2, failed: 1, warning: 0 };
    const last = moveResponse(requests.move, {
      status: 0xb000,
      ...counts,
      failedSopInstanceUids: ['1.2.3'],
    });
    expect(last).toMatchObject({
      command: {
        commandField: 'C-MOVE-RSP',
        status: 0xb000,
        numberOfRemainingSuboperations: 0,
        numberOfCompletedSuboperations: 2,
        numberOfFailedSuboperations: 1,
        numberOfWarningSuboperations: 0,
      },
      dataSet: { FailedSOPInstanceUIDList: ['1.2.3'] },
    });
    expect(getResponse(requests.get, { status: 0xff00, remaining: 3 }).command).toMatchObject({
      commandField: 'C-GET-RSP',
      numberOfRemainingSuboperations: 3,
    });
  });

  test.each([
    ['a number that is none', () => moveResponse(requests.move, { completed: -1 })],
    ['a number that is too large', () => getResponse(requests.get, { failed: 65_536 })],
    [
      'a list of failures before the end',
      () => moveResponse(requests.move, { status: 0xff00, failedSopInstanceUids: ['1.2'] }),
    ],
    ['each other', () => moveResponse(requests.get)],
  ])('refuse %s', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'RESPONSE_INVALID' }));
  });
});

describe('the responses of the N- services', () => {
  test.each([
    ['N-SET-RSP', nSetResponse(requests.set), {}],
    ['N-GET-RSP', nGetResponse(requests.read), {}],
    ['N-ACTION-RSP', nActionResponse(requests.act), { actionTypeId: 1 }],
    ['N-EVENT-REPORT-RSP', nEventReportResponse(requests.report), { eventTypeId: 2 }],
    ['N-DELETE-RSP', nDeleteResponse(requests.remove), {}],
  ])('%s names class and instance of its request', (commandField, response, more) => {
    expect(response.command).toEqual({
      commandField,
      messageIdBeingRespondedTo: 7,
      affectedSopClassUid: mpps,
      affectedSopInstanceUid: '1.2.3',
      status: 0x0000,
      ...more,
    });
  });

  it('carry attributes and a comment', () => {
    const response = nGetResponse(requests.read, {
      attributes: { PatientID: 'P' },
      status: 0x0001,
      comment: 'not all\n',
    });
    expect(response).toMatchObject({
      command: { status: 1, errorComment: 'not all' },
      dataSet: { PatientID: 'P' },
    });
  });

  it('name what an N-CREATE has created, whoever has named it', () => {
    const made = nCreateResponse(requests.create, { affectedSopInstanceUid: '1.2.9' });
    expect(made.command.affectedSopInstanceUid).toBe('1.2.9');
    expect(() => nCreateResponse(requests.create)).toThrow(
      expect.objectContaining({ code: 'RESPONSE_INVALID' }),
    );
    expect(() => nCreateResponse(requests.create, { affectedSopInstanceUid: '../1' })).toThrow(
      expect.objectContaining({ code: 'RESPONSE_INVALID' }),
    );
    expect(nCreateResponse(requests.create, { status: 0x0110 }).command.status).toBe(0x0110);
  });
});

function requested(commandField: CommandSet['commandField'], more: Partial<CommandSet> = {}) {
  return request({
    commandField,
    requestedSopClassUid: mpps,
    requestedSopInstanceUid: '1.2.3',
    ...more,
  });
}

function request(command: CommandSet) {
  return asRequest({ type: 'dicom.document', command: { messageId: 7, ...command } });
}

function asRequest(body: MessageBody): Message & { body: MessageBody } {
  return { header: { id: 12 } as Message['header'], body };
}
