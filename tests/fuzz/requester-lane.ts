import { setImmediate as turn } from 'node:timers/promises';
import { EngineError } from '@consort/core';
import { startParrotPort, type Parrot } from '@consort/testing/consort';
import { requestAssociation } from '../../packages/dicom/src/association/request-association.ts';
import { shortLimits, withinBounds, type Lane } from './lane.ts';
import { wayOfSaying, type WayOfSaying } from './way-of-saying.ts';

/** Our requester, and acceptors that answer it with inputs. */
export function openRequesterLane(good: Buffer): Lane {
  return {
    async hear(bytes, way = wayOfSaying(bytes)) {
      return [await withinBounds('the association', callPeerThatSays(way))];
    },
    async serveGoodPeer() {
      const outcome = await withinBounds(
        'a good peer',
        callPeerThatSays({ pieces: [good], ending: 'wait' }, 20_000),
      );
      if (outcome !== 'done') throw new Error(`a good acceptor makes us say ${outcome}`);
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** What a peer may bring us to throw. */
const foreseen = [
  'PEER_TIMEOUT',
  'ASSOCIATION_ABORTED',
  'ASSOCIATION_REJECTED',
  'CONTEXT_NOT_ACCEPTED',
];

async function callPeerThatSays(
  { pieces, ending }: WayOfSaying,
  patience = 1_000,
): Promise<string> {
  await using port = await startParrotPort(async (parrot) => {
    for (const piece of answers(pieces)) {
      await heardMessage(parrot);
      await parrot.say(piece);
      await turn();
    }
    if (ending === 'half-close') parrot.halfClose();
    if (ending === 'reset') parrot.reset();
    while (await parrot.hear());
  });
  try {
    await useAssociation(port.port, patience);
    return 'done';
  } catch (error) {
    if (error instanceof EngineError && foreseen.includes(error.code)) return error.code;
    throw error;
  }
}

/** PDU by PDU as far as they are whole, then the rest as it was cut: each is said once we have asked for it. */
function answers(pieces: readonly Buffer[]): readonly Buffer[] {
  const bytes = Buffer.concat(pieces);
  const pdus: Buffer[] = [];
  let at = 0;
  while (pdus.length < 4 && at + 6 <= bytes.length) {
    const end = at + 6 + bytes.readUInt32BE(at + 2);
    if (end > bytes.length) break;
    pdus.push(bytes.subarray(at, end));
    at = end;
  }
  return at < bytes.length ? [...pdus, bytes.subarray(at)] : pdus;
}

/** Hears to the end of something that wants an answer. */
async function heardMessage(parrot: Parrot): Promise<void> {
  let hasDataSet = false;
  for (let pdu = await parrot.hear(); pdu; pdu = await parrot.hear()) {
    if (pdu[0] !== 0x04) return;
    const flags = pdu[11] ?? 0;
    // A C-STORE-RQ on context 3 goes on with its data set.
    if (flags === 3 && pdu[10] === 3) hasDataSet = true;
    else if ((flags & 2) !== 0 && (!hasDataSet || flags === 2)) return;
  }
}

async function useAssociation(port: number, patience: number): Promise<void> {
  const association = await requestAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'CONSORT',
    calledAeTitle: 'PARROT',
    contexts: ['1.2.840.10008.1.1', '1.2.840.10008.5.1.4.1.1.2'].map((abstractSyntax) => ({
      abstractSyntax,
      transferSyntaxes: ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2'],
    })),
    limits: shortLimits,
    timeouts: { connect: 20_000, accept: patience, response: patience, release: patience },
  });
  try {
    await association.echo();
    const [, ct] = association.contexts;
    await association.store({
      sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
      sopInstanceUid: '1.2.3.4',
      transferSyntaxUid: ct?.transferSyntax ?? '1.2.840.10008.1.2.1',
      dataSet: image(),
    });
    await association.release();
  } finally {
    await association.abort();
  }
}

async function* image(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(40_000, 'pixels');
}
