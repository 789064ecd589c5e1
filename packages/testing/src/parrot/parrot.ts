import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { inShort } from './in-short.ts';

/** A peer that says the bytes it is told to, right or wrong, and hears PDUs. It knows no rules. */
export interface Parrot extends AsyncDisposable {
  /** Resolves when the bytes are with the kernel; a connection that is closed swallows them. */
  say(...bytes: readonly Buffer[]): Promise<void>;
  /** The next whole PDU the other side sent; undefined when it has ended the connection. */
  hear(): Promise<Buffer | undefined>;
  /** What it hears until the other side ends the connection, each PDU in short. */
  hearRest(): Promise<readonly string[]>;
  /** Resolves when the connection is gone altogether, not only one direction of it. */
  readonly gone: Promise<void>;
  /** Ends our direction. */
  halfClose(): void;
  /** Breaks the connection off with a reset. */
  reset(): void;
}

/** Connects a parrot to a port of this machine. Close it by disposing of it. */
export async function startParrot(port: number): Promise<Parrot> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  await once(socket, 'connect');
  return parrotOf(socket);
}

/** A port where parrots wait to be called, one for each connection. */
export interface ParrotPort extends AsyncDisposable {
  readonly port: number;
}

/**
 * Opens a free port of this machine for parrots that answer.
 * @param converse what each of them does; its connection is closed when that is done
 */
export async function startParrotPort(
  converse: (parrot: Parrot) => Promise<void>,
): Promise<ParrotPort> {
  const conversations = new Set<Promise<void>>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const conversation = (async () => {
      await using parrot = parrotOf(socket);
      await converse(parrot);
    })();
    conversations.add(conversation);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await Promise.all(conversations);
      server.close();
      await once(server, 'close');
    },
  };
}

function parrotOf(socket: Socket): Parrot {
  const gone = Promise.withResolvers<void>();
  let heard: Buffer = Buffer.alloc(0);
  let hasEnded = false;
  let wake = () => {};
  socket.on('data', (bytes) => {
    heard = Buffer.concat([heard, bytes]);
    wake();
  });
  const end = () => {
    hasEnded = true;
    wake();
  };
  socket.on('end', end);
  socket.on('error', end);
  socket.on('close', () => {
    end();
    gone.resolve();
  });

  const hear = async () => {
    for (;;) {
      const length = heard.length < 6 ? Infinity : 6 + heard.readUInt32BE(2);
      if (heard.length >= length) {
        const pdu = heard.subarray(0, length);
        heard = heard.subarray(length);
        return pdu;
      }
      if (hasEnded) return undefined;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };

  return {
    say: (...bytes) =>
      new Promise((resolve) => {
        if (socket.writable) socket.write(Buffer.concat(bytes), () => resolve());
        else resolve();
      }),
    hear,
    async hearRest() {
      const rest: string[] = [];
      for (let pdu = await hear(); pdu; pdu = await hear()) rest.push(inShort(pdu));
      return rest;
    },
    gone: gone.promise,
    halfClose: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await gone.promise;
    },
  };
}
