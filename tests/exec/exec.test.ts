import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageBody } from '@consort/core';
import { documentOfFile } from '@consort/dicom/part10';
import { sampleStudy, startTestProduction, type TestProduction } from '@consort/testing/consort';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { root } from '../house/root.ts';

/** Speaks the protocol by hand, and does to it what it is told. */
const unruly = `import json, os, signal, subprocess, sys, time

def say(**line):
    sys.stdout.write(json.dumps(line) + '\\n')
    sys.stdout.flush()

def read():
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    return json.loads(line)

handled = 0
hello = read()
say(type='ready', protocol=1)
while True:
    request = read()
    if request['type'] != 'request':
        continue
    handled += 1
    number, body = request['id'], request['body']
    does = body['does']
    answer = {'type': 'told', 'handled': handled, 'pid': os.getpid()}
    if does == 'die':
        os._exit(3)
    elif does == 'kill':
        os.kill(os.getpid(), signal.SIGKILL)
    elif does == 'hang':
        child = subprocess.Popen(['sleep', '1000'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        with open(body['pids'], 'a') as pids:
            pids.write('%d\\n%d\\n' % (os.getpid(), child.pid))
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(1000)
    elif does == 'rubbish':
        sys.stdout.write('this is no JSON and may hold a name\\n')
        sys.stdout.flush()
        time.sleep(1000)
    elif does == 'strange':
        say(type='response', id=number, body={'type': 'x'}, document='../../etc/passwd')
        time.sleep(1000)
    elif does == 'long':
        while True:
            sys.stdout.write('x' * 100_000)
    elif does == 'close':
        os.close(1)
        time.sleep(1000)
    elif does == 'other':
        say(type='response', id=number + 1, body=None)
        time.sleep(1000)
    elif does == 'grow':
        everything = []
        while True:
            everything.append(bytearray(10_000_000))
    elif does == 'facts':
        answer['env'] = dict(os.environ)
        answer['hello'] = hello
        answer['cwd'] = os.getcwd()
        say(type='response', id=number, body=answer)
    elif does == 'flood':
        for line in range(5_000):
            sys.stderr.write('WARNING: \\x1b[31mline %d %s\\n' % (line, 'x' * 1_000))
        sys.stderr.flush()
        say(type='response', id=number, body=answer)
    elif does == 'send':
        # Without waiting for any of them: their order is that of the lines.
        for call, (verb, target, more) in enumerate(body['sends'], 1):
            say(type=verb, id=number, call=call, target=target, **more)
        heard = {}
        while len(heard) < len(body['sends']):
            line = read()
            heard[str(line['call'])] = {k: line[k] for k in line if k in ('type', 'body', 'code')}
        if body.get('dies') and not os.path.exists(body['dies']):
            open(body['dies'], 'w').close()
            os._exit(3)
        say(type='response', id=number, body={**answer, 'heard': heard})
    elif does == 'leave':
        # The answer comes before what was sent is done.
        say(type='sendRequestAsync', id=number, call=1, target='Count', body={'type': 'left'})
        say(type='response', id=number, body=answer)
    elif does == 'document':
        with open(request['file'], 'rb') as file:
            data = file.read()
        answer['mode'] = oct(os.stat(request['file']).st_mode & 0o777)
        answer['beside'] = sorted(os.listdir(request['directory']))
        with open(os.path.join(request['directory'], 'same.dcm'), 'wb') as file:
            file.write(data)
        os.symlink('/etc/passwd', os.path.join(request['directory'], 'link.dcm'))
        say(type='response', id=number, body=answer, document=body['name'])
    elif does == 'claim':
        say(type='response', id=number, body={'type': 'claim', 'document': {'digest': '0' * 64}})
    elif does == 'fail':
        say(type='error', id=number, text='as told', permanent=True)
    else:
        say(type='response', id=number, body=answer)
`;

/** Says what it was asked, and how often it has been. */
const counting = `import { defineOperation, PermanentError } from '@consort/core';
import { z } from 'zod';

let count = 0;
export default defineOperation({
  description: 'Counts.',
  settings: z.object({}),
  onMessage({ body }) {
    if (body.type === 'refused') throw new PermanentError('VALUE_INVALID', 'refused as told');
    return { type: 'counted', count: ++count, asked: body.type };
  },
});
`;

const settings = `command: /usr/bin/python3
      args: [unruly.py]
      requestTimeout: 3s
      restartInterval: 100ms
      maxLineLength: 100000`;
const file = `name: Exec
processes:
  Unruly:
    component: process.exec
    retry: { interval: 100ms, timeout: 0s }
    settings:
      ${settings}
      env: { GREETING: hello, PATH: /usr/bin }
      secretEnv: { TOKEN: '\${TOKEN}' }
      options: { deep: { list: [1, two] } }
      targets: [Count]
      memoryLimit: 300
  Beside:
    component: process.exec
    poolSize: 2
    settings:
      ${settings}
operations:
  Count: { component: ./count.ts, retry: { interval: 100ms, timeout: 0s } }
`;

let folder: string;
let production: TestProduction;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-exec-'));
  await symlink(root('node_modules'), join(folder, 'node_modules'));
  const files = { 'unruly.py': unruly, 'count.ts': counting, 'production.yaml': file };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  production = await startTestProduction(join(folder, 'production.yaml'), {
    env: { TOKEN: 'very secret' },
  });
});
afterAll(async () => {
  await production.stop();
  await rm(folder, { recursive: true });
});

/** Sends to a host as an operator does, and resolves with what is known of the message once it has ended. */
async function ask(target: string, body: MessageBody) {
  const { running } = production;
  const { id, sessionId } = await running.messages.send({
    source: '_TestingService',
    sourceType: 'Unknown',
    target,
    targetType: 'BusinessProcess',
    body,
    priority: 'Sync',
    responseRequired: true,
  });
  await running.transport.wake(target, [{ messageId: id, sessionId, bodyType: body.type }]);
  for (;;) {
    const message = await production.messages.message(id);
    const { status = 'Created', errorStatus, attempts } = message?.header ?? {};
    if (['Completed', 'Error', 'Suspended'].includes(status)) {
      const legs = await production.messages.session(sessionId);
      const response = legs.find(({ header }) => header.correspondingMessageId === id);
      return { id, status, attempts, error: errorStatus, answer: response?.body, legs };
    }
    await sleep(20);
  }
}

const told = (does: string, more: object = {}): MessageBody => ({ type: 'told', does, ...more });

describeWith(['redis', 'pydicom'], 'process.exec', () => {
  it('tells its child the settings that are for it, and gives it no other environment', async () => {
    const { answer } = await ask('Unruly', told('facts'));
    const { env, hello, cwd } = answer as unknown as Record<string, Record<string, unknown>>;
    const { LC_CTYPE: _ofPython, ...given } = env ?? {};
    expect(given).toEqual({ GREETING: 'hello', PATH: '/usr/bin', TOKEN: 'very secret' });
    expect(hello).toEqual({
      type: 'hello',
      protocol: 1,
      production: 'Exec',
      host: 'Unruly',
      targets: ['Count'],
      options: { deep: { list: [1, 'two'] } },
    });
    expect(cwd).toBe(folder);
  });

  it('sends what its child asks for, in the order of its lines, to its targets alone', async () => {
    const sends = [
      ['sendRequestSync', 'Count', { body: { type: 'first' } }],
      ['sendRequestAsync', 'Count', { body: { type: 'second' } }],
      ['sendRequestSync', 'Count', { body: { type: 'refused' } }],
      ['sendRequestSync', 'Unruly', { body: { type: 'fourth' } }],
      ['sendRequestSync', 'Count', { body: { type: 'fifth' } }],
    ];
    const { answer, legs } = await ask('Unruly', told('send', { sends }));
    expect(answer?.['heard']).toEqual({
      1: { type: 'result', body: expect.objectContaining({ asked: 'first' }) },
      2: { type: 'result', body: null },
      3: { type: 'failure', code: 'REQUEST_FAILED' },
      4: { type: 'failure', code: 'TARGET_UNKNOWN' },
      5: { type: 'result', body: expect.objectContaining({ asked: 'fifth' }) },
    });
    const requests = legs.filter(
      ({ header }) => header.sourceConfigName === 'Unruly' && header.type === 'Request',
    );
    expect(requests.map(({ body }) => body?.type)).toEqual(['first', 'second', 'refused', 'fifth']);
  });

  it('a child that dies after it has sent is started again, and what it sends again is answered from the record', async () => {
    const sends = [
      ['sendRequestSync', 'Count', { body: { type: 'once' } }],
      ['sendRequestAsync', 'Count', { body: { type: 'too' } }],
    ];
    const { status, attempts, answer, legs } = await ask(
      'Unruly',
      told('send', { sends, dies: join(folder, 'has-died') }),
    );
    expect({ status, attempts }).toEqual({ status: 'Completed', attempts: 1 });
    expect(answer).toMatchObject({ handled: 1, heard: { 1: { body: { asked: 'once' } } } });
    const sent = legs.filter(
      ({ header }) => header.targetConfigName === 'Count' && header.type === 'Request',
    );
    expect(sent.map(({ body }) => body?.type)).toEqual(['once', 'too']);
  });

  it('what a child has sent and not waited for is sent before its answer counts', async () => {
    const { status, legs } = await ask('Unruly', told('leave'));
    expect(status).toBe('Completed');
    expect(legs.filter(({ body }) => body?.type === 'left')).toHaveLength(1);
  });

  it('hands it the document as a read-only file, and takes a file of its own for a document', async () => {
    const { documents } = production.running;
    const image = await documentOfFile(sampleStudy()[0]!, documents);
    const body = { ...image, does: 'document', name: 'same.dcm' };
    const { status, answer } = await ask('Unruly', body);
    expect(status).toBe('Completed');
    expect(answer).toMatchObject({ type: 'told', mode: '0o400', beside: ['document.dcm'] });
    expect(answer?.document).toMatchObject({
      digest: image.document!.digest,
      size: image.document!.size,
    });

    const link = await ask('Unruly', { ...body, name: 'link.dcm' });
    expect(link).toMatchObject({
      status: 'Error',
      error: { code: 'HANDLER_FAILED', text: expect.stringContaining('ELOOP') },
    });
    const claim = await ask('Unruly', { ...body, does: 'claim' });
    expect(claim).toMatchObject({
      status: 'Error',
      error: { code: 'HANDLER_FAILED', text: expect.stringContaining('was not given') },
    });
    expect(await workFolders()).toEqual([[], []]);
  });

  it('an error of the child is the error of its message', async () => {
    expect(await ask('Unruly', told('fail'))).toMatchObject({
      status: 'Error',
      error: { code: 'HANDLER_FAILED', text: 'as told' },
    });
  });

  it.each([
    ['die', 'it ended with exit code 3'],
    ['kill', 'it was ended by SIGKILL'],
    ['rubbish', 'it wrote a line that is no JSON'],
    ['strange', 'it wrote a line that is not of protocol 1 (document: invalid_format)'],
    ['long', 'it wrote a line of more than 100000 bytes; see maxLineLength'],
    ['close', 'it closed its standard output'],
    ['other', 'it wrote of a request it does not have'],
    ['grow', 'it ended with exit code 1'],
  ])(
    'a child that does the wrong thing (%s) is ended and started again, and its message set aside after three times',
    async (does, why) => {
      const ending = ask('Unruly', told(does));
      const next = ask('Unruly', told('nothing'));
      expect(await ask('Beside', told('nothing'))).toMatchObject({ status: 'Completed' });
      expect(await ending).toMatchObject({
        status: 'Suspended',
        attempts: 2,
        error: { code: 'MESSAGE_SET_ASIDE', text: expect.stringContaining(why) },
      });
      expect(await next).toMatchObject({ status: 'Completed', answer: { handled: 1 } });
    },
  );

  it('a child that hangs and ignores SIGTERM is ended with what it has started, and the worker beside it goes on', async () => {
    const pids = join(folder, 'pids');
    const ending = ask('Beside', told('hang', { pids }));
    const beside = await ask('Beside', told('nothing'));
    expect(beside.status).toBe('Completed');
    expect(await ending).toMatchObject({
      status: 'Suspended',
      error: { text: expect.stringContaining('it did not answer within 3 s; see requestTimeout') },
    });
    const all = (await readFile(pids, 'utf8')).trim().split('\n').map(Number);
    expect(all).toHaveLength(6);
    expect(await Promise.all(all.map(isAlive))).toEqual(Array(6).fill(false));
  });

  it('its standard error is in the event log, bounded, with the message that was in hand', async () => {
    const { id } = await ask('Unruly', told('flood'));
    const said = production.events.filter(
      ({ code, messageId }) => code === 'CHILD_SAID' && messageId === id,
    );
    expect(said.length).toBeGreaterThan(0);
    expect(said.length).toBeLessThanOrEqual(50);
    expect(said[0]).toMatchObject({
      type: 'Warning',
      host: 'Unruly',
      text: expect.stringMatching(/^WARNING: line 0 x+$/),
    });
    expect(Math.max(...said.map(({ text }) => text.length))).toBeLessThanOrEqual(500);
  });

  it('no event says what a child wrote to its standard output', () => {
    const texts = production.events.map(({ text }) => text).join('\n');
    expect(texts).not.toContain('may hold a name');
    expect(texts).not.toContain('very secret');
  });

  it('a stop ends its children and leaves nothing behind', async () => {
    const { answer } = await ask('Unruly', told('nothing'));
    await production.stop();
    expect(await isAlive(Number(answer?.['pid']))).toBe(false);
    expect(await workFolders()).toEqual([]);
  });
});

/** What is in the work folders of this production, each with what is in it. */
async function workFolders(): Promise<readonly (readonly string[])[]> {
  const names = await readdir(tmpdir());
  const own = names.filter((name) => name.startsWith(`consort-${production.running.id}-`));
  return Promise.all(own.map((name) => readdir(join(tmpdir(), name))));
}

/** One that is dead and that nobody has asked about is still listed. */
async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State:\tX');
  return !/^State:\t[ZX]/m.test(status);
}
