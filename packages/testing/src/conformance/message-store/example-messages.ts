import type {
  ClaimedMessage,
  Document,
  ErrorStatus,
  MessageBody,
  MessageStatus,
  MessageStore,
  NewRequest,
} from '@consort/core';

/** The claim on a CT image. */
export const documentA: Document = {
  digest: 'a'.repeat(64),
  size: 1234,
  transferSyntaxUid: '1.2.840.10008.1.2.1',
  sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
  attributes: {
    patientId: 'PAT-1',
    accessionNumber: 'ACC-1',
    studyInstanceUid: '1.2.3.1',
    seriesInstanceUid: '1.2.3.1.1',
    sopInstanceUid: '1.2.3.1.1.1',
    modality: 'CT',
  },
};
/** A body with a document. */
export const image: MessageBody = { type: 'dicom.document', document: documentA };
/** A body without one. */
export const done: MessageBody = { type: 'test.done', path: '/received/1.dcm' };
/** How a handler failed. */
export const failed: ErrorStatus = { code: 'HANDLER_FAILED', text: 'the disk is gone' };
/** Where an image came from. */
export const arrival = {
  associationId: 'assoc-1',
  peerAddress: '127.0.0.1',
  callingAeTitle: 'ORTHANC',
  calledAeTitle: 'IRIS',
};

/** What a service takes in. */
export const fromService: NewRequest = {
  source: 'Service',
  sourceType: 'BusinessService',
  target: 'Process',
  targetType: 'BusinessProcess',
  body: image,
  priority: 'Sync',
  responseRequired: true,
  arrival,
};

/** What a process sends while it works on a message. */
export function fromProcess(
  parent: ClaimedMessage,
  index: number,
  change: Partial<NewRequest> = {},
) {
  return {
    source: 'Process',
    sourceType: 'BusinessProcess',
    target: 'Operation',
    targetType: 'BusinessOperation',
    body: image,
    priority: 'Sync',
    responseRequired: true,
    parent: { claim: parent.claim, index },
    ...change,
  } satisfies NewRequest;
}

/** What a process answers to the service that waits. */
export function answerFrom(parent: ClaimedMessage, index: number, body = done) {
  return {
    source: 'Process',
    sourceType: 'BusinessProcess',
    service: 'Service',
    body,
    parent: { claim: parent.claim, index },
  } as const;
}

/** The store under test, a new one for each test. */
export type Subject = () => MessageStore;

/** Makes the function that claims the next message of a host, which there must be. */
export function claimer(store: Subject) {
  return async (host: string, poolSize = 1): Promise<ClaimedMessage> => {
    const message = await store().claim(host, poolSize, 'worker');
    if (!message) throw new Error(`nothing to claim for ${host}`);
    return message;
  };
}

/** Makes the function that says the status of a message. */
export function statusReader(store: Subject) {
  return async (id: number): Promise<MessageStatus | undefined> =>
    (await store().message(id))?.header.status;
}
