import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { unixRedisUrl } from './redis-url.ts';

/** Where a private server listens: a unix socket, or a loopback port with a password. */
export type ServerAddress =
  { readonly socketPath: string } | { readonly port: number; readonly password: string };

/** Bytes a socket's path may have; systems allow 104 to 108, the end mark included. */
const longestSocketPath = 100;

/** The address asked for where it is possible and free, otherwise a fresh one. */
export async function chooseAddress(socketPath: string): Promise<ServerAddress> {
  const fresh = socketPath.replace(/(\.[^./]*)?$/, `-${randomBytes(3).toString('hex')}$1`);
  for (const path of [socketPath, fresh]) {
    if (Buffer.byteLength(path) > longestSocketPath) continue;
    if (!(await isListening({ socketPath: path }))) return { socketPath: path };
  }
  return loopbackAddress();
}

/** A free port of 127.0.0.1 and a random password, because everybody on the machine can reach a port. */
export async function loopbackAddress(): Promise<ServerAddress> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return { port, password: randomBytes(24).toString('hex') };
}

/** The URL for a transport; that of a port has the password in it. */
export function urlOf(address: ServerAddress): string {
  return 'port' in address
    ? `redis://:${address.password}@127.0.0.1:${address.port}`
    : unixRedisUrl(address.socketPath);
}

/** Whether anything takes connections at an address, be it Redis or not. */
export async function isListening(address: ServerAddress): Promise<boolean> {
  const socket =
    'port' in address ? connect(address.port, '127.0.0.1') : connect(address.socketPath);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once('connect', () => resolve(true));
  // EAGAIN is a listener whose backlog is full; everything else is none.
  socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EAGAIN'));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
