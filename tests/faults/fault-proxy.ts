import { connect, createServer, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

/** What happens to one direction of a connection. */
export interface Harm {
  /** After so many bytes of this direction, at most; by default never. */
  readonly cutAfter?: number;
  /**
   * What happens then. `close` ends both directions as a process that ends does, `halfClose` only this one, `reset`
   * sends RST both ways, `stall` keeps everything open and lets nothing more through.
   */
  readonly how?: 'close' | 'halfClose' | 'reset' | 'stall';
  /** One bit of the byte at this position is turned over. */
  readonly flipAt?: number;
  /** Everything goes on in pieces of so many bytes. */
  readonly pieces?: number;
  /** Milliseconds before each piece. */
  readonly delay?: number;
}

/** What happens to a connection; nothing is left as it is. */
export interface Plan {
  readonly toServer?: Harm;
  readonly toClient?: Harm;
}

/** What went one way through a connection. */
export interface Traffic {
  /** Bytes that came. */
  readonly bytes: number;
  /** Where each PDU that came ended (PS3.8 section 9.3.1): positions in the stream. */
  readonly pduEnds: readonly number[];
}

/** A TCP proxy that does what networks do. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** What is to happen to the connections from now on. */
  plan: Plan;
  /** Each connection so far, in order. */
  readonly connections: readonly { readonly toServer: Traffic; readonly toClient: Traffic }[];
  /** Lets nothing more through the connections that are open, and keeps them open: their ends do not notice. */
  freeze(): void;
  /** Resolves when no connection is open any more. */
  quiet(): Promise<void>;
}

/**
 * Starts a proxy in front of a port of this machine.
 * @param target or of one port for each connection
 */
export async function startFaultProxy(target: number | (() => number)): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const connections: { toServer: Traffic; toClient: Traffic }[] = [];
  let live: Link = { isFrozen: false };
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    const port = typeof target === 'number' ? target : target();
    const server = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroySoon();
      });
    }
    const link = live;
    const { toServer = {}, toClient = {} } = proxy.plan;
    connections.push({
      toServer: pump(client, server, toServer, link),
      toClient: pump(server, client, toClient, link),
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));

  const proxy: FaultProxy = {
    port: (listener.address() as { port: number }).port,
    plan: {},
    connections,
    freeze() {
      live.isFrozen = true;
      live = { isFrozen: false };
    },
    async quiet() {
      while (sockets.size > 0) await sleep(10);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
  return proxy;
}

/** What the connections have in common that came since the last `freeze`. */
interface Link {
  isFrozen: boolean;
}

/** Moves the bytes of one direction, with harm. */
function pump(from: Socket, to: Socket, harm: Harm, link: Link): Traffic {
  const { cutAfter = Infinity, how = 'close', flipAt = -1 } = harm;
  const pdus = pduEnds();
  const traffic = { bytes: 0, pduEnds: pdus.ends };
  let ended = Promise.resolve();

  async function move(chunk: Buffer, position: number): Promise<void> {
    if (position > cutAfter || link.isFrozen) return;
    if (flipAt >= position && flipAt < position + chunk.length) {
      chunk[flipAt - position] = (chunk[flipAt - position] ?? 0) ^ 0x10;
    }
    await forward(chunk.subarray(0, Math.max(0, cutAfter - position)), to, harm);
    if (position + chunk.length >= cutAfter) cut(how, from, to);
    else if (from.isPaused()) from.resume();
  }

  if (cutAfter === 0) cut(how, from, to);
  from.on('data', (chunk: Buffer) => {
    const position = traffic.bytes;
    traffic.bytes += chunk.length;
    pdus.take(chunk);
    from.pause();
    ended = ended.then(() => move(chunk, position)).catch(() => undefined);
  });
  from.on(
    'end',
    () => void ended.then(() => (how === 'stall' && cutAfter < Infinity ? 0 : to.end())),
  );
  return traffic;
}

async function forward(bytes: Buffer, to: Socket, { pieces, delay = 0 }: Harm): Promise<void> {
  const length = pieces ?? Math.max(1, bytes.length);
  for (let position = 0; position < bytes.length; position += length) {
    if (delay > 0) await sleep(delay);
    else if (position > 0) await turn();
    if (to.destroyed) return;
    if (!to.write(bytes.subarray(position, position + length))) await drained(to);
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', resolve);
  });
}

function cut(how: NonNullable<Harm['how']>, from: Socket, to: Socket): void {
  if (how === 'stall') return;
  if (how === 'halfClose') {
    to.end();
    // Whatever else comes this way goes nowhere; the other way goes on.
    from.resume();
    return;
  }
  for (const socket of [from, to]) {
    if (how === 'reset') socket.resetAndDestroy();
    else socket.destroySoon();
  }
}

/** Finds where PDUs end in a stream: a type, a reserved byte and four bytes of length stand before each. */
function pduEnds() {
  const ends: number[] = [];
  let position = 0;
  let end = 0;
  let head: number[] = [];
  return {
    ends,
    take(chunk: Buffer): void {
      for (let at = 0; at < chunk.length;) {
        if (head.length < 6) head.push(chunk[at++] ?? 0);
        if (head.length < 6) continue;
        end ||= position + at + Buffer.from(head).readUInt32BE(2);
        if (position + chunk.length < end) break;
        at = end - position;
        ends.push(end);
        end = 0;
        head = [];
      }
      position += chunk.length;
    },
  };
}
