import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { EngineError, type ErrorCode } from '@consort/core';

/** What a running production does when it is asked to, by verb. What it returns is the answer, as JSON. */
export type ControlHandlers = Readonly<Record<string, (asked: ControlRequest) => unknown>>;

/** What is asked: plain data. Each handler checks what it needs of it. */
export type ControlRequest = Readonly<Record<string, unknown>>;

// sockaddr_un holds 104 bytes on macOS, 108 on Linux, the closing zero included.
const longestSocketPath = 100;
const socketName = 'control.sock';
/** Bytes of what can be asked at once: a thousand message ids and a body of JSON. */
const largest = 1024 * 1024;

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
      response.writeHead(404, { connection: 'close' }).end();
      return;
    }
    if (Number(incoming.headers['content-length'] ?? 0) > largest) {
      response.writeHead(413, { connection: 'close' }).end();
      return;
    }
    void answer(handlers[verb]!, incoming, response);
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

async function answer(
  handle: ControlHandlers[string],
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const reply = (status: number, body: unknown) =>
    response
      .writeHead(status, { connection: 'close', 'content-type': 'application/json' })
      .end(JSON.stringify(body ?? null));
  try {
    const hasBody = incoming.headers['content-length'] !== undefined;
    const asked = hasBody ? (JSON.parse((await text(incoming)) || '{}') as ControlRequest) : {};
    reply(200, await handle(asked));
  } catch (error) {
    const { code = 'HANDLER_FAILED', message } = error as Error & { code?: string };
    reply(409, { code, message });
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

/**
 * Asks the production that runs on a data directory to do something; resolves with its answer.
 * @throws EngineError NOT_RUNNING when nothing answers within `patience` milliseconds (default 5 000), and what the
 *   production itself refuses with
 */
export async function requestControl(
  dataDirectory: string,
  verb: string,
  asked: ControlRequest = {},
  patience = 5_000,
): Promise<unknown> {
  for (const folder of runtimeDirectories(dataDirectory)) {
    const answered = await post(join(folder, socketName), verb, asked, patience);
    if (!answered) continue;
    if (answered.status === 200) return answered.body ?? undefined;
    const { code, message } = answered.body as { code: ErrorCode; message: string };
    throw new EngineError(code, message);
  }
  throw new EngineError(
    'NOT_RUNNING',
    `nothing answers for ${dataDirectory}: no production runs there, or it hangs; see: production status`,
  );
}

/** What somebody at the socket answered; undefined when nobody is there, or knows the verb. */
function post(
  socketPath: string,
  verb: string,
  asked: ControlRequest,
  patience: number,
): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(patience);
    const outgoing = request(
      { socketPath, path: `/${verb}`, method: 'POST', signal },
      (response) => {
        const { statusCode = 0 } = response;
        text(response).then(
          (body) =>
            resolve(
              statusCode === 404 ? undefined : { status: statusCode, body: JSON.parse(body) },
            ),
          () => resolve(undefined),
        );
      },
    );
    outgoing.on('error', () => resolve(undefined));
    outgoing.end(JSON.stringify(asked));
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
