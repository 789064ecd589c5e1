import { createHash, type Hash } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';

/** A data set that went over the wire. */
export interface RecordedObject {
  /** SHA-256 of its bytes as they were sent, fragments put together (PS3.8 section 9.3.5). */
  readonly digest: string;
  readonly size: number;
}

/** A relay in front of a port that records every data set that goes through to it. */
export interface RecordingRelay extends AsyncDisposable {
  readonly port: number;
  /** What was sent to the end, in the order it ended. */
  readonly objects: readonly RecordedObject[];
}

/** Starts a relay; it changes nothing that goes through it. */
export async function startRecordingRelay(targetPort: number): Promise<RecordingRelay> {
  const objects: RecordedObject[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((peer) => {
    const target = connect(targetPort, '127.0.0.1');
    const record = recorder(objects);
    for (const [from, to] of [
      [peer, target],
      [target, peer],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroySoon();
      });
    }
    peer.on('data', (bytes: Buffer) => record(bytes));
    peer.pipe(target);
    target.pipe(peer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    objects,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Takes the bytes of one connection as they come and picks the data sets out of the P-DATA-TF PDUs. */
function recorder(objects: RecordedObject[]): (bytes: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  let hash: Hash | undefined;
  let size = 0;

  function take(pdu: Buffer): void {
    for (let position = 6; position + 6 <= pdu.length;) {
      const length = pdu.readUInt32BE(position);
      const control = pdu.readUInt8(position + 5);
      const fragment = pdu.subarray(position + 6, position + 4 + length);
      position += 4 + length;
      // PS3.8 annex E.2: bit 0 is set for a command, bit 1 for the last fragment.
      if ((control & 1) === 1) continue;
      hash ??= createHash('sha256');
      hash.update(fragment);
      size += fragment.length;
      if ((control & 2) === 0) continue;
      objects.push({ digest: hash.digest('hex'), size });
      hash = undefined;
      size = 0;
    }
  }

  return (bytes) => {
    held = held.length > 0 ? Buffer.concat([held, bytes]) : bytes;
    while (held.length >= 6 && held.length >= 6 + held.readUInt32BE(2)) {
      const end = 6 + held.readUInt32BE(2);
      if (held.readUInt8(0) === 0x04) take(held.subarray(0, end));
      held = held.subarray(end);
    }
  };
}
