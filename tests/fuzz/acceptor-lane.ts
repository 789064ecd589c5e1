import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { inShort, startParrot, words, type Parrot } from '@consort/testing/consort';
import { digestOf, storeWell, watchDoor } from '../../packages/dicom/src/gate/door.fixture.ts';
import { areInOrder, dataSetsSaidIn } from './data-sets-said.ts';
import { shortLimits, withinBounds, type Lane } from './lane.ts';
import { wayOfSaying, type WayOfSaying } from './way-of-saying.ts';

/** A door of ours, and peers that say inputs to it. */
export async function openAcceptorLane(): Promise<Lane> {
  const door = await watchDoor({ limits: shortLimits });
  let connections = 0;

  return {
    async hear(bytes, way = wayOfSaying(bytes)) {
      const storedBefore = door.stored.length;
      const parrot = await startParrot(door.port);
      connections += 1;
      const heard = await withinBounds('the connection', converse(parrot, bytes, way));
      await withinBounds('the telling of its end', door.ended(connections));
      await settled();
      await parrot[Symbol.asyncDispose]();

      const stored = door.stored.slice(storedBefore);
      const told = heard.filter((one) => one === success).length;
      if (told > stored.length) throw new Error(`${told} times Success, ${stored.length} stored`);
      if (!areInOrder(stored, dataSetsSaidIn(bytes)))
        throw new Error('what is stored is not what was said');
      if (door.failures.length > 0) throw new Error(`a handler threw: ${String(door.failures[0])}`);
      if (door.associations() > 0) throw new Error('an association is left');
      return heard;
    },
    async serveGoodPeer() {
      const image = Buffer.from('good');
      const answers = await withinBounds('a good peer', storeWell(door.port, image));
      connections += 1;
      if (answers.join() !== `${success},RP`)
        throw new Error(`a good peer hears ${answers.join()}`);
      if (door.stored.at(-1) !== digestOf(image))
        throw new Error('what is stored is not what a good peer said');
    },
    [Symbol.asyncDispose]: () => door[Symbol.asyncDispose](),
  };

  /** Whatever was begun is stored, or given up; whatever is stored was answered, or its peer was gone. */
  async function settled(): Promise<void> {
    const { counts, stored, told } = door;
    const isSettled = () =>
      counts.begun === stored.length + counts.discarded && told.length === stored.length;
    for (let tries = 0; tries < 2_000 && !isSettled(); tries += 1) await sleep(5);
    if (!isSettled()) throw new Error('a data set is neither stored and answered nor given up');
  }
}

const success = 'RSP 8001 status 0000';

/** Says the bytes in their way and hears until the end, each message in short. */
async function converse(
  parrot: Parrot,
  bytes: Buffer,
  { pieces, ending }: WayOfSaying,
): Promise<readonly string[]> {
  const answered = Promise.withResolvers<void>();
  const heard = hearMessages(parrot, answered.resolve);
  const request = 6 + (bytes.length < 6 ? Infinity : bytes.readUInt32BE(2));
  let said = 0;
  for (const piece of pieces) {
    const before = piece.subarray(0, Math.max(0, request - said));
    await parrot.say(before);
    // Nothing may follow a request before it is answered; with a request that is whole there is an answer, or an end.
    if (said + before.length === request) await answered.promise;
    await parrot.say(piece.subarray(before.length));
    said += piece.length;
    await turn();
  }
  if (ending === 'half-close') parrot.halfClose();
  if (ending === 'reset') parrot.reset();
  return heard;
}

/** To a peer that takes little at a time our responses come in several PDUs. */
async function hearMessages(parrot: Parrot, onAnswer: () => void): Promise<readonly string[]> {
  const heard: string[] = [];
  let command: Buffer[] = [];
  for (let pdu = await parrot.hear(); pdu; pdu = await parrot.hear()) {
    onAnswer();
    if (pdu[0] !== 0x04) {
      heard.push(inShort(pdu));
      continue;
    }
    command.push(pdu.subarray(12));
    if (((pdu[11] ?? 0) & 2) === 0) continue;
    heard.push(inShort(words.data(words.value(pdu[10] ?? 0, 3, Buffer.concat(command)))));
    command = [];
  }
  onAnswer();
  return heard;
}
