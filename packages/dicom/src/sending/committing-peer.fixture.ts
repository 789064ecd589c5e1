import { startParrotPort, words, type Parrot, type ParrotPort } from '@consort/testing/consort';
import { encodeAssociateAccept } from '../association/pdu-encoder.ts';
import { decodeCommandSet } from '../association/command-set.ts';
import {
  readRequest,
  reportValues,
  storageCommitment,
  storageCommitmentInstance,
  type CommitmentRequest,
} from '../commitment/storage-commitment.ts';
import { decodeDataSet } from '../data-set/decode-data-set.ts';
import { encodeDataSet } from '../data-set/encode-data-set.ts';
import type { DataValues } from '../data-set/value.ts';

const implicit = '1.2.840.10008.1.2';
const explicit = '1.2.840.10008.1.2.1';
const released = words.pdu(0x06, Buffer.alloc(4));
const even = (uid: string) => uid.padEnd(uid.length + (uid.length % 2), '\0');

/**
 * What a peer does when it is asked to commit to an image: reports that it is or is not, or says nothing more; refuses
 * with a status; reports about another transaction first; or closes the connection.
 */
export type Reaction = 'commit' | 'fail' | 'say nothing' | 'report astray' | 'close' | number;

/**
 * A peer that answers Success to every C-STORE, and each N-ACTION as told. It writes down what it was asked, and what
 * its reports were answered; it sends them on the association on which it was asked.
 */
export function committingPeer(
  reactions: readonly Reaction[],
  heard: string[],
  {
    result = 0,
    asked,
  }: { readonly result?: number; readonly asked?: (request: CommitmentRequest) => void } = {},
): Promise<ParrotPort> {
  const left = [...reactions];
  return startParrotPort(async (parrot) => {
    if (!(await parrot.hear())) return;
    await parrot.say(
      encodeAssociateAccept({
        calledAeTitle: 'CONSORT',
        callingAeTitle: 'PARROT',
        contexts: [
          { id: 1, result: 0, transferSyntax: explicit },
          { id: 3, result, transferSyntax: implicit },
        ],
        user: { maximumLength: 0, implementationClassUid: '1.2.3' },
      }),
    );
    for (;;) {
      const pdu = await parrot.hear();
      if (!pdu || pdu[0] === 0x07) return;
      if (pdu[0] === 0x05) {
        await parrot.say(released);
        return;
      }
      const command = decodeCommandSet(pdu.subarray(12));
      const dataSet = command.hasDataSet ? (await parrot.hear())?.subarray(12) : undefined;
      const { messageId = 0 } = command;
      if (command.commandField === 0x0001) {
        heard.push('C-STORE');
        await answer(parrot, 1, command.affectedSopClassUid ?? '', 0x8001, messageId, 0);
      } else if (command.commandField === 0x0130) {
        heard.push('N-ACTION');
        const request = readRequest(decodeDataSet(dataSet ?? Buffer.alloc(0), implicit));
        asked?.(request);
        const reaction = left.shift() ?? 'say nothing';
        if (reaction === 'close') return;
        const status = typeof reaction === 'number' ? reaction : 0;
        await answer(parrot, 3, storageCommitment, 0x8130, messageId, status);
        await react(parrot, reaction, request);
      } else {
        heard.push(`${command.commandField.toString(16)} ${command.status?.toString(16)}`);
      }
    }
  });
}

async function react(parrot: Parrot, reaction: Reaction, request: CommitmentRequest) {
  const { transactionUid, references } = request;
  const failed = references.map((one) => ({ ...one, failureReason: 0x0112 }));
  if (reaction === 'report astray') {
    await report(parrot, 1, { transactionUid: '1.2.3', references });
    await report(parrot, 1, request);
  }
  if (reaction === 'commit') await report(parrot, 1, request);
  if (reaction === 'fail') await report(parrot, 2, { transactionUid, references: [], failed });
}

async function report(
  parrot: Parrot,
  eventTypeId: number,
  {
    transactionUid,
    references,
    failed = [],
  }: CommitmentRequest & {
    readonly failed?: Parameters<typeof reportValues>[0]['failed'];
  },
): Promise<void> {
  const values = reportValues({ transactionUid, committed: references, failed }) as DataValues;
  const command = words.commandSet({
    0x02: even(storageCommitment),
    0x100: 0x0100,
    0x110: 1,
    0x800: 1,
    0x1000: even(storageCommitmentInstance),
    0x1002: eventTypeId,
  });
  const dataSet = encodeDataSet(values, { transferSyntaxUid: implicit });
  await parrot.say(words.data(words.value(3, 3, command)), words.data(words.value(3, 2, dataSet)));
}

async function answer(
  parrot: Parrot,
  context: number,
  sopClass: string,
  field: number,
  id: number,
  status: number,
): Promise<void> {
  const elements = { 0x02: even(sopClass), 0x100: field, 0x120: id, 0x800: 0x101, 0x900: status };
  await parrot.say(words.data(words.value(context, 3, words.commandSet(elements))));
}
