import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  DocumentStore,
  Event,
  HandlerContext,
  MessageBody,
  MessageHeader,
  Receipt,
} from '@consort/core';
import { openDocumentStore } from '@consort/store';
import type { DicomDocument } from '../document.ts';
import operation from '../tcp-operation.ts';

export const ct = '1.2.840.10008.5.1.4.1.1.2';
export const mr = '1.2.840.10008.5.1.4.1.1.4';
const explicit = '1.2.840.10008.1.2.1';

/** `dicom.tcp-operation` as its host would run it, with a document store of its own; ends with its host. */
export interface OperationUnderTest extends AsyncDisposable {
  readonly documents: DocumentStore;
  readonly events: readonly Event[];
  readonly receipts: readonly Receipt[];
  /** The folder of the documents. */
  readonly folder: string;
  /** Stores an image of this SOP class and about this size: each is another instance. */
  image(sopClassUid?: string, size?: number): Promise<DicomDocument>;
  /** One attempt at one message; its last failure as the record of an earlier run has it. */
  send(body: MessageBody, id?: number, lastFailure?: string): Promise<MessageBody>;
  /** The host's stop: what is under way ends now. */
  stop(): void;
}

/** Starts the operation for a peer on a port of this machine: CONSORT, which knows us as PARROT. */
export async function startOperation(
  port: number,
  settings: object = {},
): Promise<OperationUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'consort-sending-'));
  const documents = await openDocumentStore(folder);
  const events: Event[] = [];
  const receipts: Receipt[] = [];
  const stopping = new AbortController();
  const unused = () => Promise.reject(new Error('an operation sends nothing'));
  const context: Omit<HandlerContext<any, any>, 'state'> = {
    host: 'PACS',
    production: { name: 'Test', id: 'p1' },
    settings: operation.settings.parse({
      host: '127.0.0.1',
      port,
      localAet: 'PARROT',
      remoteAet: 'CONSORT',
      ...settings,
    }),
    documents,
    signal: stopping.signal,
    origin: () => 'production.yaml:1:1',
    log: (event) => void events.push(event),
    sendRequestSync: unused,
    sendRequestAsync: unused,
    sendDeferredResponse: unused,
    deferResponse: unused,
    delivered: (receipt) => void receipts.push(receipt),
  };
  const state = await operation.onInit?.(context);

  return {
    documents,
    events,
    receipts,
    folder,
    image: (sopClassUid = ct, size = 100) => storedImage(documents, sopClassUid, size),
    async send(body, id = 7, lastFailure) {
      const errorStatus = lastFailure && { code: lastFailure, text: '' };
      const header = { id, sessionId: id, errorStatus } as unknown as MessageHeader;
      return (await operation.onMessage({ header, body }, {
        ...context,
        state,
      } as never)) as MessageBody;
    },
    stop: () => stopping.abort(),
    async [Symbol.asyncDispose]() {
      await operation.onTearDown?.(state as never);
      await documents.close();
      await rm(folder, { recursive: true });
    },
  };
}

let instances = 0;

async function storedImage(
  documents: DocumentStore,
  sopClassUid: string,
  size: number,
): Promise<DicomDocument> {
  const sopInstanceUid = `1.2.3.${(instances += 1)}`;
  const writer = await documents.create();
  await writer.write(
    Buffer.concat([
      element(0x0008, 0x0016, 'UI', Buffer.from(sopClassUid)),
      element(0x0008, 0x0018, 'UI', Buffer.from(sopInstanceUid)),
      element(0x0020, 0x000d, 'UI', Buffer.from('1.2.3')),
      element(0x0020, 0x000e, 'UI', Buffer.from('1.2.3.0')),
      element(0x7fe0, 0x0010, 'OB', randomBytes(size)),
    ]),
  );
  const { digest, size: stored } = await writer.commit();
  return {
    type: 'dicom.document',
    command: {
      commandField: 'C-STORE-RQ',
      messageId: 4711,
      affectedSopClassUid: sopClassUid,
      affectedSopInstanceUid: sopInstanceUid,
    },
    document: {
      digest,
      size: stored,
      transferSyntaxUid: explicit,
      sopClassUid,
      attributes: { sopInstanceUid, studyInstanceUid: '1.2.3', seriesInstanceUid: '1.2.3.0' },
    },
  };
}

function element(group: number, number: number, vr: 'UI' | 'OB', value: Buffer): Buffer {
  const padded = Buffer.concat([value, Buffer.alloc(value.length % 2)]);
  const head = Buffer.alloc(vr === 'OB' ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4);
  if (vr === 'OB') head.writeUInt32LE(padded.length, 8);
  else head.writeUInt16LE(padded.length, 6);
  return Buffer.concat([head, padded]);
}
