import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, startParrot, words } from '@consort/testing/consort';
import { watchDoor } from '../../packages/dicom/src/gate/door.fixture.ts';
import { requestAssociation } from '../../packages/dicom/src/association/request-association.ts';
import { corpusFolder } from './corpus.ts';

// `node tests/fuzz/record.ts` makes the corpus anew: what DCMTK's programs said to our acceptor and answered to our
// requester, and some that is odd but valid, which no program says.

const run = promisify(execFile);
const ct = '1.2.840.10008.5.1.4.1.1.2';
const folder = await mkdtemp(join(tmpdir(), 'consort-record-'));
await mkdir(corpusFolder, { recursive: true });
const images = await makeImages();
await recordCallers();
await recordOddCallers();
await recordAnswerers();
await rm(folder, { recursive: true });

/** A small image in some transfer syntaxes, by the name of each. */
async function makeImages(): Promise<Readonly<Record<string, string>>> {
  const at = (name: string) => join(folder, `${name}.dcm`);
  const text = join(folder, 'image.txt');
  await writeFile(
    text,
    [
      '(0008,0016) UI =CTImageStorage',
      '(0008,0018) UI [1.2.3.4]',
      '(0008,0060) CS [CT]',
      '(0008,1140) SQ',
      '(fffe,e000) na',
      '(0008,0100) SH [CODE]',
      '(fffe,e00d) na',
      '(fffe,e0dd) na',
      '(0009,0010) LO [CONSORT]',
      '(0009,1001) UN 01\\02\\03\\04',
      '(0010,0010) PN [TEST^FUZZ]',
      '(0010,0020) LO [FUZZ]',
      '(0020,000d) UI [1.2.3.1]',
      '(0020,000e) UI [1.2.3.2]',
      '(0028,0002) US 1',
      '(0028,0004) CS [MONOCHROME2]',
      '(0028,0010) US 16',
      '(0028,0011) US 16',
      '(0028,0100) US 8',
      '(0028,0101) US 8',
      '(0028,0102) US 7',
      '(0028,0103) US 0',
      `(7fe0,0010) OB ${Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0')).join('\\')}`,
    ].join('\n'),
  );
  await run('dump2dcm', ['+te', text, at('explicit')]);
  await run('dcmconv', ['+ti', at('explicit'), at('implicit')]);
  await run('dcmconv', ['+tb', at('explicit'), at('big-endian')]);
  await run('dcmconv', ['+td', at('explicit'), at('deflated')]);
  await run('dcmcrle', [at('explicit'), at('rle')]);
  const names = ['explicit', 'implicit', 'big-endian', 'deflated', 'rle'];
  return Object.fromEntries(names.map((name) => [name, at(name)]));
}

async function recordCallers(): Promise<void> {
  const proposals = {
    explicit: '-xe',
    implicit: '-xi',
    'big-endian': '-xb',
    deflated: '-xd',
    rle: '-xr',
  };
  const titles = ['-aet', 'PARROT', '-aec', 'CONSORT'];
  const callers: Readonly<Record<string, readonly [string, ...string[]]>> = {
    echo: ['echoscu', ...titles],
    'three-echoes': ['echoscu', ...titles, '--repeat', '3'],
    abort: ['echoscu', ...titles, '--abort'],
    'wrong-called-title': ['echoscu', '-aet', 'PARROT', '-aec', 'OTHER'],
    'wrong-calling-title': ['echoscu', '-aet', 'OTHER', '-aec', 'CONSORT'],
    'many-contexts': ['echoscu', ...titles, '--propose-pc', '60', '--propose-ts', '30'],
    'no-release': ['storescu', ...titles, '--abort', images['explicit']!],
    'two-stores': ['storescu', ...titles, images['explicit']!, images['explicit']!],
    'small-pdus': ['storescu', ...titles, '--max-send-pdu', '4096', images['explicit']!],
  };
  for (const [syntax, option] of Object.entries(proposals))
    await record(`acceptor-store-${syntax}`, ['storescu', ...titles, option, images[syntax]!]);
  for (const [name, call] of Object.entries(callers)) await record(`acceptor-${name}`, call);
}

/** What a program says to a door of ours. */
async function record(name: string, [program, ...args]: readonly [string, ...string[]]) {
  await using door = await watchDoor();
  await using relay = await startRelay(door.port);
  const [file] = args.at(-1)?.endsWith('.dcm')
    ? [args.findIndex((one) => one.endsWith('.dcm'))]
    : [];
  const at = file ?? args.length;
  const all = [...args.slice(0, at), '127.0.0.1', String(relay.port), ...args.slice(at)];
  // A rejection is a failure to the program, and what we want.
  await run(program, all, { timeout: 20_000 }).catch(() => undefined);
  await keep(name, await relay.saidByCaller());
}

async function recordOddCallers(): Promise<void> {
  const { associateRequest, context, data, item, storeRequest, value } = words;
  const image = Buffer.alloc(300, 'pixels');
  const pieces = Array.from({ length: 30 }, (_, index) =>
    data(
      value(3, 0, image.subarray(10 * index, 10 * index + 4)),
      value(3, 0, image.subarray(10 * index + 4, 10 * index + 10)),
    ),
  );
  const odd: Readonly<Record<string, Buffer>> = {
    'descending-ids': Buffer.concat([
      associateRequest({ contexts: [context(251), context(3), context(1, '1.2.840.10008.1.1')] }),
      words.echoRequest(),
      words.releaseRequest,
    ]),
    'unknown-items': Buffer.concat([
      associateRequest({
        called: 'CONSORT\0\0',
        user: [
          item(0x53, Buffer.of(0, 5, 0, 5)),
          item(0x56, 'x'),
          item(0x57, ''),
          item(0x58, Buffer.of(1, 0, 0, 1, 65, 0, 0)),
        ],
      }),
      words.releaseRequest,
    ]),
    'many-fragments': Buffer.concat([
      associateRequest(),
      storeRequest(),
      ...pieces,
      data(value(3, 2, Buffer.alloc(0))),
      words.echoRequest(),
      words.releaseRequest,
    ]),
    'unknown-operation': Buffer.concat([
      associateRequest(),
      storeRequest({ 0x100: 0x20 }),
      words.dataSet(image),
      words.releaseRequest,
    ]),
    'least-maximum-length': Buffer.concat([
      associateRequest({ maximumLength: 128 }),
      words.echoRequest(),
      storeRequest(),
      words.dataSet(image),
      words.releaseRequest,
    ]),
  };
  for (const [name, said] of Object.entries(odd)) {
    await using door = await watchDoor();
    await using relay = await startRelay(door.port);
    await using parrot = await startParrot(relay.port);
    await parrot.say(said);
    await parrot.hearRest();
    await parrot[Symbol.asyncDispose]();
    await keep(`acceptor-${name}`, await relay.saidByCaller());
  }
}

/** What DCMTK's storescp answers when we echo, store and release. */
async function recordAnswerers(): Promise<void> {
  const manners: Readonly<Record<string, readonly string[]>> = {
    store: ['--prefer-little'],
    'store-implicit': ['--implicit'],
    'small-pdus': ['--max-pdu', '4096'],
    refuse: ['--refuse'],
    'abort-after': ['--abort-after'],
    'abort-during': ['--abort-during'],
  };
  for (const [name, manner] of Object.entries(manners)) {
    const port = await freePort();
    const over = new AbortController();
    const options = { signal: over.signal, cwd: folder };
    const answerer = run('storescp', [...manner, '--ignore', String(port)], options).catch(
      () => undefined,
    );
    await listening(port);
    {
      await using relay = await startRelay(port);
      await useAssociation(relay.port).catch(() => undefined);
      await keep(`requester-${name}`, await relay.saidByAnswerer());
    }
    over.abort();
    await answerer;
  }
}

async function useAssociation(port: number): Promise<void> {
  const association = await requestAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'CONSORT',
    calledAeTitle: 'PARROT',
    contexts: ['1.2.840.10008.1.1', ct].map((abstractSyntax) => ({
      abstractSyntax,
      transferSyntaxes: ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2'],
    })),
  });
  await association.echo();
  await association.store({
    sopClassUid: ct,
    sopInstanceUid: '1.2.3.4',
    transferSyntaxUid: association.contexts[1]?.transferSyntax ?? '',
    dataSet: modality(association.contexts[1]?.transferSyntax === '1.2.840.10008.1.2'),
  });
  await association.release();
}

/** A data set of one element, in Implicit or Explicit VR Little Endian. */
async function* modality(isImplicit: boolean): AsyncGenerator<Buffer> {
  yield Buffer.from(isImplicit ? '08006000020000004354' : '08006000435302004354', 'hex');
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await sleep(50);
  }
  throw new Error(`nobody listens on ${port}`);
}

/** Passes one connection on and keeps what either side says. */
async function startRelay(target: number) {
  const said: Record<'caller' | 'answerer', Buffer[]> = { caller: [], answerer: [] };
  const over = Promise.withResolvers<void>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (caller) => {
    const answerer = connect({
      port: target,
      host: '127.0.0.1',
      allowHalfOpen: true,
      noDelay: true,
    });
    caller.on('data', (bytes: Buffer) => said.caller.push(bytes));
    answerer.on('data', (bytes: Buffer) => said.answerer.push(bytes));
    caller.pipe(answerer).pipe(caller);
    for (const socket of [caller, answerer]) socket.on('error', () => socket.destroy());
    answerer.on('close', () => {
      caller.destroy();
      over.resolve();
    });
    caller.on('close', () => answerer.destroySoon());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const whole = async (side: 'caller' | 'answerer') => {
    await over.promise;
    return Buffer.concat(said[side]);
  };
  return {
    port: (server.address() as AddressInfo).port,
    saidByCaller: () => whole('caller'),
    saidByAnswerer: () => whole('answerer'),
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

async function keep(name: string, bytes: Buffer): Promise<void> {
  await writeFile(join(corpusFolder, `${name}.bin`), bytes);
  process.stdout.write(`${name}: ${bytes.length} bytes\n`);
}
