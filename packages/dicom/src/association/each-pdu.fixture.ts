import { words } from '@consort/testing/consort';
import { encodeAssociateAccept } from './pdu-encoder.ts';
import type { PduName } from './pdu.ts';

/** What may arrive on a connection: the seven PDUs, one that nobody knows, and its end. */
export type Arriving = PduName | 'unknown PDU' | 'closed';

const acceptance = encodeAssociateAccept({
  calledAeTitle: 'CONSORT',
  callingAeTitle: 'PARROT',
  contexts: [1, 3].map((id) => ({ id, result: 0, transferSyntax: '1.2.840.10008.1.2.1' })),
  user: { maximumLength: 16_384, implementationClassUid: '1.2.3' },
});

/** The response to our first C-ECHO-RQ. */
export const echoResponse = words.data(
  words.value(
    1,
    3,
    words.commandSet({
      0x02: '1.2.840.10008.1.1\0',
      0x100: 0x8030,
      0x120: 1,
      0x800: 0x101,
      0x900: 0,
    }),
  ),
);

/** A PDU of each kind, as it should be. The P-DATA-TF is a C-ECHO-RQ. */
export const eachPdu: Readonly<Record<Exclude<Arriving, 'closed'>, Buffer>> = {
  'A-ASSOCIATE-RQ': words.associateRequest(),
  'A-ASSOCIATE-AC': acceptance,
  'A-ASSOCIATE-RJ': words.pdu(0x03, Buffer.of(0, 1, 1, 7)),
  'P-DATA-TF': words.echoRequest(),
  'A-RELEASE-RQ': words.releaseRequest,
  'A-RELEASE-RP': words.pdu(0x06, Buffer.alloc(4)),
  'A-ABORT': words.abort,
  'unknown PDU': words.pdu(0x99, Buffer.alloc(4)),
};
