import fs, { existsSync } from 'node:fs';
import promises, { open } from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { basename, dirname } from 'node:path';
import { peerAnswered } from './crash-points.ts';

// Loaded before anything else into every thread of a production under test (`--import`): puts itself around the calls
// to disk, database and socket, and ends the process with SIGKILL at a step that has a name in `crash-points.ts`.
// CONSORT_CRASH_POINT is `name:n`, the n-th time a thread passes it; what is passed before the file
// CONSORT_CRASH_ARMED is there does not count.

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Methods = Record<string, Method>;

const [wanted = '', nth = '1'] = (process.env['CONSORT_CRASH_POINT'] ?? '').split(':');
const armed = process.env['CONSORT_CRASH_ARMED'] ?? '';
let passed = 0;

/** What an open handle is for. */
const purposes = new WeakMap<object, string>();
const directories = new Set<string>();

if (wanted !== '') await wrapAll();

async function wrapAll(): Promise<void> {
  const handle = await open('/dev/null');
  const handles = Object.getPrototypeOf(handle) as Methods;
  await handle.close();
  const files = promises as unknown as Methods;

  around(files, 'open', async (call, _, [path]) => {
    const opened = (await call()) as object;
    const purpose = purposeOf(String(path));
    purposes.set(opened, purpose);
    pass(`${purpose}.begun`);
    return opened;
  });
  for (const name of ['write', 'writev']) {
    around(handles, name, async (call, self, [bytes]) => {
      const purpose = purposes.get(self as object);
      if (counts(`${purpose}.half-written`)) {
        const whole = Buffer.isBuffer(bytes) ? bytes : Buffer.concat(bytes as Buffer[]);
        fs.writeSync((self as { fd: number }).fd, whole.subarray(0, whole.length / 2));
        end();
      }
      const result = await call();
      pass(`${purpose}.written`);
      return result;
    });
  }
  around(handles, 'sync', async (call, self) => {
    await call();
    pass(`${purposes.get(self as object)}.synced`);
  });
  around(files, 'rename', async (call, _, [from]) => {
    await call();
    pass(`${purposeOf(String(from))}.named`);
  });
  around(files, 'link', async (call, _, [from]) => {
    await call();
    pass(`${purposeOf(String(from))}.named`);
  });
  around(files, 'unlink', async (call, _, [path]) => {
    await call();
    pass(`${purposeOf(String(path))}.draft-removed`);
  });
  // The write-ahead log is the only file that is synced by its descriptor.
  around(fs as unknown as Methods, 'fsync', (_, self, [descriptor, callback], original) =>
    Reflect.apply(original, self, [
      descriptor,
      (error: unknown) => {
        pass('record.synced');
        (callback as (error: unknown) => void)(error);
      },
    ]),
  );
  syncBuiltinESMExports();
  wrapDatabase();
  wrapSockets();
  wrapAnswers();
}

function wrapDatabase(): void {
  const Database = createRequire(import.meta.url)('better-sqlite3') as { prototype: Methods };
  let isWriting = false;
  around(Database.prototype, 'prepare', (call, self, [sql]) => {
    const statement = call() as Methods;
    if (basename((self as { name: string }).name) !== 'messages.db') return statement;
    if (sql === 'BEGIN' || sql === 'BEGIN IMMEDIATE') {
      around(statement, 'run', (begin) => {
        isWriting = sql === 'BEGIN IMMEDIATE';
        return begin();
      });
    }
    if (sql === 'COMMIT') {
      around(statement, 'run', (commit) => {
        if (isWriting) pass('record.written');
        const result = commit();
        if (isWriting) pass('record.committed');
        return result;
      });
    }
    return statement;
  });
}

function wrapSockets(): void {
  // A P-DATA-TF (PS3.8 section 9.3.5) from a service: its response.
  const isResponse = (bytes: unknown) => Buffer.isBuffer(bytes) && bytes[0] === 4;
  around(
    Socket.prototype as unknown as Methods,
    'write',
    (call, self, [bytes, callback], write) => {
      if (!isResponse(bytes) || typeof callback !== 'function') return call();
      pass('response.ready');
      return Reflect.apply(write, self, [
        bytes,
        (error: unknown) => {
          pass('response.written');
          (callback as (error: unknown) => void)(error);
        },
      ]);
    },
  );
}

/** (0000,0100) with C-STORE-RSP in a command set (PS3.7 table 9.3-2). */
const storeResponse = Buffer.from('00000001020000000180', 'hex');

function wrapAnswers(): void {
  around(Readable.prototype as unknown as Methods, 'push', (call, self, [bytes]) => {
    const isAnswer = self instanceof Socket && Buffer.isBuffer(bytes) && bytes[0] === 4;
    if (isAnswer && bytes.includes(storeResponse)) pass(peerAnswered);
    return call();
  });
}

function purposeOf(path: string): string {
  if (dirname(path).endsWith('/documents/tmp')) return 'document';
  if (/\/documents\/[0-9a-f]{2}$/.test(path)) return 'document.name';
  if (path.endsWith('.part')) {
    directories.add(dirname(path));
    return 'file';
  }
  return directories.has(path) ? 'file.name' : 'other';
}

function pass(step: string): void {
  // The sync of a directory brings a name to disk.
  if (counts(step.replace('.name.', '.name-'))) end();
}

function counts(step: string): boolean {
  return step === wanted && existsSync(armed) && ++passed === Number(nth);
}

function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

function around(
  owner: Methods,
  name: string,
  wrapper: (call: () => unknown, self: unknown, args: unknown[], original: Method) => unknown,
): void {
  const original = owner[name];
  if (!original) throw new Error(`there is no ${name} to put a crash point around`);
  owner[name] = function (this: unknown, ...args) {
    return wrapper(() => Reflect.apply(original, this, args), this, args, original);
  };
}
