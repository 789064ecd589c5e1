import dgram from 'node:dgram';
import dns from 'node:dns';
import { appendFileSync, existsSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';

// Loaded before anything else into every thread and child process of a production that is drilled (`--import`). Nothing
// connects beyond this machine, and writing documents fails as on a full disk while a file says so.

type Method = (this: unknown, ...given: unknown[]) => unknown;
type Methods = Record<string, Method>;

const attempts = process.env['CONSORT_DRILL_ATTEMPTS'] ?? '';
const diskFull = process.env['CONSORT_DRILL_DISK_FULL'] ?? '';
const mark = Symbol.for('consort.drill.staysLocal');

if (!(mark in globalThis)) {
  Object.assign(globalThis, { [mark]: true });
  keepConnectionsHere();
  await wrapDocuments();
  syncBuiltinESMExports();
}

function keepConnectionsHere(): void {
  around(Socket.prototype as unknown as Methods, 'connect', (call, self, given) => {
    const address = addressOf(given);
    if (isHere(address)) return call();
    const error = refusal(address);
    process.nextTick(() => (self as Socket).destroy(error));
    return self;
  });
  for (const name of ['send', 'connect']) {
    around(dgram.Socket.prototype as unknown as Methods, name, (_call, _self, given) => {
      throw refusal(
        given
          .filter((one) => typeof one !== 'function')
          .slice(-1)
          .map(String)
          .join(),
      );
    });
  }
  for (const methods of [dns, dns.promises] as unknown as Methods[]) {
    for (const name of Object.keys(methods).filter((one) => /^(resolve|reverse)/.test(one))) {
      around(methods, name, (_call, _self, [asked]) => {
        throw refusal(String(asked));
      });
    }
  }
}

/** The host that a socket is to connect to; empty for a path or for this machine by default. */
function addressOf(given: readonly unknown[]): string {
  const [first, second] = given.flat() as readonly unknown[];
  if (typeof first === 'object' && first !== null) {
    const { host, path } = first as { readonly host?: string; readonly path?: string };
    return path === undefined ? (host ?? '') : '';
  }
  return typeof first === 'number' && typeof second === 'string' ? second : '';
}

function isHere(address: string): boolean {
  return /^(|localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/.test(address);
}

function refusal(address: string): Error {
  if (attempts !== '') appendFileSync(attempts, `${address}\n`);
  return Object.assign(new Error(`connect ENETUNREACH ${address}: nothing leaves a drill`), {
    code: 'ENETUNREACH',
  });
}

async function wrapDocuments(): Promise<void> {
  const documents = new WeakSet<object>();
  const handle = await promises.open(process.execPath);
  const handles = Object.getPrototypeOf(handle) as Methods;
  await handle.close();
  around(promises as unknown as Methods, 'open', async (call, _self, [path]) => {
    const opened = (await call()) as object;
    if (/[\\/]documents[\\/]/.test(String(path))) documents.add(opened);
    return opened;
  });
  for (const name of ['write', 'writev']) {
    around(handles, name, async (call, self) => {
      if (diskFull === '' || !documents.has(self as object) || !existsSync(diskFull)) return call();
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
  }
}

function around(
  methods: Methods,
  name: string,
  wrap: (call: () => unknown, self: unknown, given: readonly unknown[]) => unknown,
): void {
  const original = methods[name];
  if (!original) return;
  methods[name] = function (this: unknown, ...given: unknown[]) {
    return wrap(() => Reflect.apply(original, this, given), this, given);
  };
}
