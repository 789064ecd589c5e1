import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '@consort/core';

/** What can be asked of a running production. */
export type ControlVerb = 'stop';

/** What a running production does when it is asked to. */
export type ControlHandlers = Readonly<Record<ControlVerb, () => void>>;

// sockaddr_un holds 104 bytes on macOS, 108 on Linux, the closing zero included.
const longestSocketPath = 100;
const socketName = 'control.sock';

/**
 * Listens for other processes of the same user on a unix socket. Whoever holds the data directory's lock may open it.
 * @throws EngineError STORE_UNAVAILABLE when there is no safe folder for the socket
 */
export async function openControl(
  dataDirectory: string,
  handlers: ControlHandlers,
): Promise<{ close(): Promise<void> }> {
  const path = join(runtimeDirectory(dataDirectory), socketName);
  rmSync(path, { force: true }); // Left by a process that was killed: the lock says that nobody has it open.
  const server = createServer((incoming, response) => {
    const verb = incoming.url?.slice(1) ?? '';
    if (incoming.method !== 'POST' || !Object.hasOwn(handlers, verb)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(202, { connection: 'close' }).end(() => handlers[verb as ControlVerb]());
  });
  await listen(server, path);
  chmodSync(path, 0o600);
  server.unref();
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

/**
 * Asks the production that runs on a data directory to do something; resolves when it has said that it will.
 * @throws EngineError NOT_RUNNING when nothing answers within 5 s
 */
export async function requestControl(dataDirectory: string, verb: ControlVerb): Promise<void> {
  for (const folder of runtimeDirectories(dataDirectory)) {
    if (await post(join(folder, socketName), verb)) return;
  }
  throw new EngineError(
    'NOT_RUNNING',
    `nothing answers for ${dataDirectory}: no production runs there, or it hangs; see: production status`,
  );
}

/** Says whether somebody at the socket took the request. */
function post(socketPath: string, verb: ControlVerb): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request(
      { socketPath, path: `/${verb}`, method: 'POST', signal: AbortSignal.timeout(5_000) },
      (response) => {
        response.resume();
        resolve(response.statusCode === 202);
      },
    );
    outgoing.on('error', () => resolve(false));
    outgoing.end();
  });
}

/**
 * The folder for the sockets of a data directory: short enough for a socket's path and open to its owner only.
 * Made when it is not there.
 * @throws EngineError STORE_UNAVAILABLE when somebody else owns it, or it is a link
 */
export function runtimeDirectory(dataDirectory: string): string {
  const [directory] = runtimeDirectories(dataDirectory);
  if (!directory) {
    throw new EngineError(
      'STORE_UNAVAILABLE',
      `there is no folder for sockets whose path is short enough: ${tmpdir()} is too long; set XDG_RUNTIME_DIR to a shorter one`,
    );
  }
  const parent = join(directory, '..');
  for (const folder of [parent, directory]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    refuseForeign(folder);
  }
  return directory;
}

/** Where the sockets of a data directory may be, best first. A later shell may have another environment. */
function runtimeDirectories(dataDirectory: string): readonly string[] {
  const name = createHash('sha256').update(realpathOr(dataDirectory)).digest('hex').slice(0, 12);
  const user = process.getuid?.() ?? 0;
  const roots = [process.env['XDG_RUNTIME_DIR'], tmpdir(), '/tmp', `/run/user/${user}`];
  return [...new Set(roots)]
    .filter((root) => root !== undefined && isFolder(root))
    .map((root) => join(root as string, `consort-${user}`, name))
    .filter((folder) => Buffer.byteLength(join(folder, socketName)) < longestSocketPath);
}

function realpathOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function refuseForeign(folder: string): void {
  const found = lstatSync(folder);
  const isOurs = found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid);
  if (isOurs && (found.mode & 0o077) === 0) return;
  throw new EngineError(
    'STORE_UNAVAILABLE',
    `${folder} cannot hold the sockets of a production: it must be a folder of yours that nobody else may enter; ` +
      'remove it, or set XDG_RUNTIME_DIR to another place',
  );
}
