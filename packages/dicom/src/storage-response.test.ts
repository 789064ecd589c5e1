import { PermanentError, type Message, type MessageBody } from '@consort/core';
import { describe, expect, it } from 'vitest';
import { isDicomDocument, type DicomDocument } from './document.ts';
import { storageResponse } from './storage-response.ts';

describe('storageResponse', () => {
  it('answers a C-STORE request with Success and its own identifiers', () => {
    const response = storageResponse(asRequest(storeRequest));
    expect(response).toEqual({
      type: 'dicom.document',
      command: {
        commandField: 'C-STORE-RSP',
        messageIdBeingRespondedTo: 7,
        affectedSopClassUid: '1.2.840.10008.5.1.4.1.1.2',
        affectedSopInstanceUid: '1.2.3',
        status: 0,
      },
    });
    expect(JSON.parse(JSON.stringify(response))).toEqual(response);
    expect(isDicomDocument(response)).toBe(true);
  });

  it('carries another status and a comment that fits its element', () => {
    const { command } = storageResponse(asRequest(storeRequest), {
      status: 0xa700,
      comment: `C:\\full\n${'é'.repeat(10)}${'x'.repeat(80)}`,
    });
    expect(command.status).toBe(0xa700);
    expect(command.errorComment).toHaveLength(64);
    expect(command.errorComment).toMatch(/^C:\/full {11}x+$/);
  });

  it('leaves out a comment that has nothing to say', () => {
    expect(storageResponse(asRequest(storeRequest), { comment: ' \n' }).command).not.toHaveProperty(
      'errorComment',
    );
  });

  it('refuses whatever is no C-STORE request', () => {
    const response = storageResponse(asRequest(storeRequest));
    for (const body of [response, { type: 'empty' }, { type: 'dicom.document', command: null }]) {
      expect(() => storageResponse(asRequest(body))).toThrow(
        expect.objectContaining({ name: 'PermanentError', code: 'NOT_A_STORAGE_REQUEST' }),
      );
    }
  });

  it('refuses a status that does not fit in two bytes', () => {
    for (const status of [-1, 0x10000, 1.5, Number.NaN]) {
      expect(() => storageResponse(asRequest(storeRequest), { status })).toThrow(PermanentError);
    }
  });
});

const storeRequest: DicomDocument = {
  type: 'dicom.document',
  command: {
    commandField: 'C-STORE-RQ',
    messageId: 7,
    affectedSopClassUid: '1.2.840.10008.5.1.4.1.1.2',
    affectedSopInstanceUid: '1.2.3',
    priority: 0,
  },
};

function asRequest(body: MessageBody): Message & { body: MessageBody } {
  return {
    header: {
      id: 12,
      sessionId: 12,
      type: 'Request',
      invocation: 'Queue',
      priority: 'Sync',
      status: 'Delivered',
      sourceConfigName: 'service',
      targetConfigName: 'process',
      sourceBusinessType: 'BusinessService',
      targetBusinessType: 'BusinessProcess',
      targetQueueName: 'process',
      timeCreated: '2026-01-01T00:00:00.000Z',
      isError: false,
      attempts: 0,
    },
    body,
  };
}
