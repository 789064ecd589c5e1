import { createHash, type Hash } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';

/** A data set that went over the wire. */
export interface RecordedObject {
  /** SHA-256 of its bytes as they were sent, fragments put together (PS3.8 section 9.3.5). */
  readonly digest: string;
  readonly size: number;
  /** The status of the response that went back (PS3.7 section 9.1.1.1); undefined while there is none. */
  readonly status: number | undefined;
}

type Recording = { -readonly [Key in keyof RecordedObject]: RecordedObject[Key] };

/** A relay in front of a port that records every data set that goes through to it, and what is answered. */
export interface RecordingRelay extends AsyncDisposable {
  readonly port: number;
  /** What was sent to the end, in the order it ended. */
  readonly objects: readonly RecordedObject[];
}

/** Starts a relay; it changes nothing that goes through it. */
export async function startRecordingRelay(targetPort: number): Promise<RecordingRelay> {
  const objects: Recording[] = [];
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
    peer.on('data', pdataOf(record.sent));
    target.on('data', pdataOf(record.answered));
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

/** Puts the data sets of one connection together, and the statuses of their responses to them. */
function recorder(objects: Recording[]) {
  let hash: Hash | undefined;
  let size = 0;
  let command: Buffer = Buffer.alloc(0);
  let last: Recording | undefined;

  return {
    sent(fragment: Buffer, control: number): void {
      if ((control & isCommand) !== 0) return;
      hash ??= createHash('sha256');
      hash.update(fragment);
      size += fragment.length;
      if ((control & isLast) === 0) return;
      last = { digest: hash.digest('hex'), size, status: undefined };
      objects.push(last);
      hash = undefined;
      size = 0;
    },
    answered(fragment: Buffer, control: number): void {
      command = Buffer.concat([command, fragment]);
      if ((control & isLast) === 0) return;
      // One operation at a time: an answer is for the data set that went before it.
      if (last) last.status ??= statusOf(command);
      command = Buffer.alloc(0);
    },
  };
}

// The message control header (PS3.8 annex E.2).
const isCommand = 1;
const isLast = 2;

/** Takes the bytes of one direction as they come, and calls back for each fragment in its P-DATA-TF PDUs. */
function pdataOf(take: (fragment: Buffer, control: number) => void): (bytes: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);

  function takePdu(pdu: Buffer): void {
    for (let position = 6; position + 6 <= pdu.length;) {
      const length = pdu.readUInt32BE(position);
      take(pdu.subarray(position + 6, position + 4 + length), pdu.readUInt8(position + 5));
      position += 4 + length;
    }
  }

  return (bytes) => {
    held = held.length > 0 ? Buffer.concat([held, bytes]) : bytes;
    while (held.length >= 6 && held.length >= 6 + held.readUInt32BE(2)) {
      const end = 6 + held.readUInt32BE(2);
      if (held.readUInt8(0) === 0x04) takePdu(held.subarray(0, end));
      held = held.subarray(end);
    }
  };
}

/** (0000,0900) of a command set, which is in Implicit VR Little Endian (PS3.7 section 6.3.1). */
function statusOf(command: Buffer): number | undefined {
  for (let at = 0; at + 8 <= command.length; at += 8 + command.readUInt32LE(at + 4)) {
    if (command.readUInt16LE(at + 2) === 0x0900) return command.readUInt16LE(at + 8);
  }
  return undefined;
}
