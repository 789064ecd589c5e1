import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openClient, type Client, type Input, type Output } from '@consort/dashboard/client';
import { dataSetDigest } from '@consort/dicom/part10';
import {
  freePort,
  sampleStudy,
  sendFiles,
  spawnProduction,
  startProductionProcess,
  startStorescp,
  type ProductionProcess,
} from '@consort/testing/consort';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { routes } from '../../packages/dashboard/src/api/routes.ts';
import { describeWith } from '../house/peers.ts';

// Everything the API does, on one production that runs. What it answers is held against its own schemas.

const run = promisify(execFile);
const storage = new URL('../../productions/pacs-to-file/storage-local.ts', import.meta.url)
  .pathname;
const hostile = { name: '<script>alert(1)</script>^=1+1', accession: '=HYPERLINK("x")' };

let folder: string;
let url: string;
let client: Client;
let running: ProductionProcess;
let onwardPort: number;
let image: string;
/** The message that brought the image in, and its session. */
let first: number;

describeWith(['redis', 'pydicom', 'dcmtk'], 'the API of a running production', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consort-api-'));
    await mkdir(join(folder, 'received'));
    const [door, page] = [await freePort(), await freePort()];
    onwardPort = await freePort();
    await writeFile(
      join(folder, 'storage.ts'),
      `export { default } from ${JSON.stringify(storage)};\n`,
    );
    await writeFile(join(folder, 'production.yaml'), production(door));
    const data = join(folder, 'data');
    const args = ['--page', `127.0.0.1:${page}`];
    running = await startProductionProcess(join(folder, 'production.yaml'), { data, args });
    url = `http://127.0.0.1:${page}`;
    client = openClient({ url });

    image = join(folder, 'image.dcm');
    await copyFile(sampleStudy()[0]!, image);
    await run('dcmodify', [
      '-nb',
      '-m',
      `(0010,0010)=${hostile.name}`,
      '-i',
      `(0008,0050)=${hostile.accession}`,
      image,
    ]);
    const peer = { port: door, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
    expect(await sendFiles(peer, [image])).toMatchObject([{ status: 0 }]);
    await until(async () => (await call('status')).hosts.at(1)?.completed === 1);
    first = (await call('messages')).messages.at(-1)?.header.id ?? 0;
  });
  afterAll(async () => {
    await running?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('shows the production with its graph, its settings and where they come from', async () => {
    const shown = await call('production');
    expect(shown.hosts.map(({ name, state }) => [name, state])).toEqual([
      ['Door', 'running'],
      ['Storage', 'running'],
      ['File', 'running'],
      ['Onward', 'running'],
    ]);
    expect(shown.hosts[0]).toMatchObject({ connection: 'listening', kind: 'service' });
    expect(shown.hosts[0]?.settings).toContainEqual(
      expect.objectContaining({
        name: 'localAet',
        from: 'file',
        place: expect.any(String) as string,
      }),
    );
    expect(shown.edges).toMatchObject([
      { from: 'Door', to: 'Storage', setting: 'target' },
      { from: 'Storage', to: 'File', setting: 'fileOperation' },
    ]);
    expect(shown.hosts[2]?.perMinute).toBeGreaterThanOrEqual(0);
    expect(shown.pending).toMatchObject({ isChanged: false });
  });

  it('finds a message by everything it can be found by, and says so page by page', async () => {
    const { document } = await call('message', { params: { id: first } });
    const { attributes } = document!;
    expect(attributes).toMatchObject({
      patientName: hostile.name,
      accessionNumber: hostile.accession,
    });
    for (const query of [
      { patientName: '<SCRIPT>' },
      { patientId: attributes.patientId! },
      { accessionNumber: hostile.accession },
      { modality: attributes.modality! },
      { studyInstanceUid: attributes.studyInstanceUid! },
      { seriesInstanceUid: attributes.seriesInstanceUid! },
      { sopInstanceUid: attributes.sopInstanceUid! },
      { callingAeTitle: 'ORTHANC' },
      { calledAeTitle: 'IRIS' },
      { host: 'Door', type: 'Request', status: 'Completed', since: '2020-01-01T00:00:00.000Z' },
    ] as const) {
      const { messages } = await call('messages', { query });
      expect(
        messages.map(({ header }) => header.id),
        JSON.stringify(query),
      ).toContain(first);
    }
    expect((await call('messages', { query: { patientName: 'alert' } })).messages).toEqual([]);
    const page = await call('messages', { query: { limit: 2 } });
    const rest = await call('messages', { query: { limit: 500, cursor: page.next! } });
    expect(rest.messages.at(-1)?.header.id).toBe(first);
    expect(rest.messages[0]?.header.id).toBeLessThan(page.messages[1]!.header.id);
    expect(rest.next).toBeUndefined();
  });

  it('exports what it finds; a spreadsheet takes none of it for a formula', async () => {
    const csv = await (await call('exportMessages', { query: { format: 'csv' } })).text();
    expect(csv).toContain(`"'=HYPERLINK(""x"")"`);
    expect(csv.split('\r\n')[0]).toMatch(/^id,sessionId,timeCreated,/);
    const ndjson = await (
      await call('exportMessages', { query: { format: 'ndjson', host: 'File' } })
    ).text();
    const lines = ndjson
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const { header } of lines) {
      expect([header.sourceConfigName, header.targetConfigName]).toContain('File');
    }
  });

  it('traces the session leg by leg, as rows and as text', async () => {
    const trace = await call('session', { params: { id: first } });
    expect(trace.hosts.map(({ name }) => name)).toEqual(['Door', 'Storage', 'File']);
    expect(trace.messages).toHaveLength(4);
    expect(trace.isFinished).toBe(true);
    expect(trace.summary).toContain('answered 0000');
    expect(trace.text).toContain('Session');
    expect(trace.messages[0]?.wait).toBeGreaterThanOrEqual(0);
  });

  it('shows the document, gives it as a file with the same data set, and what another has otherwise', async () => {
    const shown = await call('document', { params: { id: first } });
    expect(shown.elements).toContainEqual(
      expect.objectContaining({ keyword: 'PatientName', vr: 'PN', values: [hostile.name] }),
    );
    expect(shown.elements).toContainEqual(
      expect.objectContaining({ tag: '7FE00010', length: expect.any(Number) as number }),
    );
    expect(shown.frames).toBe(1);
    const frame = await call('documentFrame', { params: { id: first, frame: 1 } });
    expect(frame.headers.get('content-type')).toBe('image/png');
    expect(
      Buffer.from(await frame.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    await expect(call('documentFrame', { params: { id: first, frame: 2 } })).rejects.toMatchObject({
      status: 422,
    });
    const answer = await call('documentFile', { params: { id: first } });
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="message-${first}.dcm"`,
    );
    const file = join(folder, 'got.dcm');
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
    expect(await dataSetDigest(file)).toBe(await dataSetDigest(image));

    const sent = await client.call('testFile', {
      params: { host: 'File' },
      query: { timeout: 60_000 },
      body: new Uint8Array(await readFile(sampleStudy()[0]!)),
    });
    expect(sent.outcome).toBe('answered');
    const difference = await call('documentDifference', {
      params: { id: sent.messageId, other: first },
    });
    expect(difference.isSame).toBe(false);
    expect(difference.changes.find(({ path }) => path === 'PatientName')?.after).toEqual([
      hostile.name,
    ]);
  });

  it('counts studies and lists their images', async () => {
    const { studies } = await call('studies');
    expect(studies[0]).toMatchObject({
      patientNames: expect.arrayContaining([hostile.name]) as [],
    });
    const studyInstanceUid = studies[0]!.studyInstanceUid!;
    const { images } = await call('images', { query: { studyInstanceUid } });
    expect(images.at(-1)).toMatchObject({ messageId: first, state: 'completed' });
    const resent = await call('resendStudy', {
      params: { studyInstanceUid },
      body: { what: 'all' },
    });
    expect(resent.done.map(({ id }) => id)).toContain(first);
  });

  it('suspends what a dead peer cannot get, and brings it on once there is one', async () => {
    await expect(call('echo', { body: { host: 'Onward' } })).rejects.toMatchObject({
      status: 502,
      code: 'PEER_UNREACHABLE',
    });
    const body = (await call('message', { params: { id: first } })).body!;
    const { messageId } = await call('testMessage', { params: { host: 'Onward' }, body: { body } });
    await until(async () => (await call('suspended')).messages.length === 1);
    const found = await call('messages', { query: { errorText: 'PEER_UNREACHABLE' } });
    expect(found.messages.map(({ header }) => header.id)).toContain(messageId);
    expect((await call('message', { params: { id: messageId } })).may).toEqual([
      'resend',
      'resubmit',
      'discard',
      'abort',
    ]);

    await using peer = await startStorescp([], { port: onwardPort });
    expect(await call('echo', { body: { host: 'Onward' } })).toMatchObject({ status: '0000' });
    const echo = spawnProduction(['echo', 'Onward', '--data', join(folder, 'data')]);
    expect([await echo.ended, echo.output()]).toEqual([
      0,
      expect.stringMatching(/^PEER@127\.0\.0\.1:\d+ answered 0000 Success to Onward after/),
    ]);
    const selection = { filter: { status: 'Suspended' as const } };
    const preview = await call('previewMessages', { body: { verb: 'resubmit', selection } });
    expect(preview).toEqual({ wouldBe: [messageId], refused: [], isMore: false });
    await expect(
      call('actOnMessages', { params: { verb: 'resubmit' }, body: { selection, expected: 7 } }),
    ).rejects.toMatchObject({ status: 409, code: 'SELECTION_CHANGED' });
    const acted = await call('actOnMessages', {
      params: { verb: 'resubmit' },
      body: { selection, expected: 1 },
    });
    expect(acted.done).toEqual([{ id: messageId }]);
    await until(async () => (await peer.received()).length === 1);
  });

  it('stops, starts, disables and enables a host, whose queue it shows meanwhile', async () => {
    const change = (name: Input<'changeHost'>['params']['change']) =>
      call('changeHost', { params: { name: 'File', change: name } });
    expect(await change('disable')).toEqual({ name: 'File', status: 'disabled' });
    const body = (await call('message', { params: { id: first } })).body!;
    const { messageId } = await call('testMessage', { params: { host: 'File' }, body: { body } });
    const { waiting } = await call('queue', { params: { host: 'File' } });
    expect(waiting.map(({ id }) => id)).toEqual([messageId]);
    expect((await call('production')).hosts[2]).toMatchObject({
      state: 'disabled',
      queued: 1,
      disabled: { by: 'local' },
    });
    expect((await call('message', { params: { id: messageId } })).place).toMatchObject({
      before: 0,
      isDisabled: true,
    });
    const aborted = await call('actOnMessages', {
      params: { verb: 'abort' },
      body: { selection: { ids: [messageId, 999_999] } },
    });
    expect(aborted.done).toEqual([{ id: messageId }]);
    expect(aborted.refused).toMatchObject([{ id: 999_999, code: 'NOT_FOUND' }]);
    expect(await change('enable')).toEqual({ name: 'File', status: 'running' });
    expect(await change('restart')).toEqual({ name: 'File', status: 'running' });
    expect((await call('queues')).queues.find(({ host }) => host === 'File')?.queued).toBe(0);
  });

  it('says what an update would change, and updates', async () => {
    const file = join(folder, 'production.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('poolSize: 2', 'poolSize: 3'));
    const dry = await call('updateProduction', { body: { isDryRun: true } });
    expect(dry).toMatchObject({ isApplied: false, hosts: [{ name: 'Storage' }] });
    expect(await call('updateProduction', { body: {} })).toMatchObject({ isApplied: true });
  });

  it('tells of associations, events, alerts and activity', async () => {
    expect(await call('associations')).toMatchObject({
      isAnswering: true,
      associations: [],
      silent: [],
    });
    const { events } = await call('events', { query: { text: 'local resubmitted' } });
    expect(events).toMatchObject([{ code: 'OPERATOR' }]);
    expect((await call('alerts')).alerts).toEqual([]);
    for (const period of ['5m', '1h', '24h', '7d'] as const) {
      const { series, seconds } = await call('activity', { query: { period } });
      const file = series.find(({ host }) => host === 'File')!;
      expect(file.ended).toHaveLength({ '5m': 30, '1h': 60, '24h': 96, '7d': 84 }[period]);
      expect(
        file.ended.reduce((sum, n) => sum + n, 0),
        String(seconds),
      ).toBeGreaterThan(0);
    }
  });

  it('loses nothing when it is hammered while the host it acts on is restarted, and notes each blow', async () => {
    const { messages } = await call('messages', {
      query: { host: 'File', type: 'Request', status: 'Completed', limit: 1 },
    });
    const id = messages[0]!.header.id;
    const before = (await call('queues')).queues.find(({ host }) => host === 'File')!;
    const resend = () =>
      call('actOnMessages', {
        params: { verb: 'resend' },
        body: { selection: { ids: Array.from({ length: 20 }, () => id) } },
      });
    const restart = () => call('changeHost', { params: { name: 'File', change: 'restart' } });
    const blows = Array.from({ length: 30 }, resend);
    for (let count = 0; count < 3; count += 1) await restart();
    const acted = await Promise.all(blows);
    const newIds = new Set(acted.flatMap(({ done }) => done.map(({ newId }) => newId)));
    expect(newIds.size).toBe(600);
    await until(async () => {
      const file = (await call('queues')).queues.find(({ host }) => host === 'File')!;
      return file.completed === before.completed + 600 && file.queued + file.delivered === 0;
    });
    const { entries } = await call('audit', { query: { limit: 500 } });
    expect(entries.filter(({ what }) => what.endsWith('20 done, 0 refused'))).toHaveLength(30);
  });

  it('keeps searches', async () => {
    const filter = { host: 'File', patientName: hostile.name };
    await call('saveSearch', { params: { name: 'mine' }, body: { filter } });
    expect(await call('savedSearches')).toEqual({ searches: [{ name: 'mine', filter }] });
    await call('removeSearch', { params: { name: 'mine' } });
    expect(await call('savedSearches')).toEqual({ searches: [] });
  });

  it('tells what changes as it changes, and after a break what was missed', async () => {
    const told = await streamed({}, async (text) => {
      if (!text.includes('event: status')) return false;
      await call('changeHost', { params: { name: 'Onward', change: 'restart' } });
      return true;
    });
    expect(told).toContain('event: event');
    const again = await streamed({ 'last-event-id': '0' }, () => Promise.resolve(true));
    expect(again).toContain(`"code":"OPERATOR"`);
  });

  it('has in its audit trail who saw a document and who did what, without a value of it', async () => {
    const { entries } = await call('audit', { query: { limit: 500 } });
    const actions = new Set(entries.map(({ action }) => action));
    for (const name of [
      'document',
      'documentFile',
      'actOnMessages',
      'changeHost',
      'echo',
      'testFile',
    ])
      expect(actions).toContain(name);
    expect(entries.every(({ user, from }) => user === 'local' && from === '127.0.0.1')).toBe(true);
    expect(entries.find(({ action }) => action === 'document')?.what).toBe(`${first}`);
    expect(entries.find(({ result }) => result === 'SELECTION_CHANGED')).toBeDefined();
    expect(JSON.stringify(entries)).not.toMatch(/script|HYPERLINK|1\.3\.6/);
  });

  it('refuses what is hostile', async () => {
    const json = { 'content-type': 'application/json' };
    const own = new URL(url).host;
    const stop = '/api/hosts/File/stop';
    expect(await raw('POST', stop, { ...json, origin: 'http://evil.example' })).toBe(403);
    expect(await raw('POST', stop, { ...json, host: 'evil.example' })).toBe(403);
    expect(await raw('POST', stop, { ...json, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await raw('POST', stop, { 'content-type': 'text/plain' }, 'change=stop')).toBe(415);
    expect(await raw('POST', '/api/production/update', json, 'x'.repeat(2_000_000))).toBe(413);
    expect(await raw('POST', '/api/production/update', json, '{"isDryRun":"yes"}')).toBe(400);
    expect(await raw('GET', '/api/messages?limit=100000')).toBe(400);
    expect(await raw('GET', '/api/messages?cursor=-1')).toBe(400);
    expect(await raw('GET', '/api/messages?cursor=1%20OR%201=1')).toBe(400);
    expect(await raw('GET', '/api/messages?nothing=1')).toBe(400);
    expect(await raw('GET', '/api/messages/999999999')).toBe(404);
    expect(await raw('GET', '/api/messages?cursor=1&limit=500')).toBe(200);
    expect(await raw('GET', '/api/documents/..%2f..%2fetc%2fpasswd/file')).toBe(400);
    expect(await raw('DELETE', '/api/messages/1')).toBe(404);
    expect(await raw('POST', stop, { ...json, origin: `http://${own}` }, '{}')).toBe(200);
    await call('changeHost', { params: { name: 'File', change: 'start' } });
  });
});

type Row = Output<'messages'>['messages'][number];

function production(door: number): string {
  return `name: Api
testingEnabled: true
services:
  Door: { component: dicom.tcp-service, settings: { port: ${door}, localAet: IRIS, remoteAet: ORTHANC, target: Storage } }
processes:
  Storage: { component: ./storage.ts, poolSize: 2, settings: { fileOperation: File } }
operations:
  File: { component: dicom.file-operation, settings: { directory: ./received } }
  Onward:
    component: dicom.tcp-operation
    retry: { interval: 100ms, timeout: 100ms }
    replyCodeActions: E=S
    settings: { host: 127.0.0.1, port: ${onwardPort}, localAet: IRIS, remoteAet: PEER }
`;
}

/** Calls a route and holds its answer against its schema: nothing may be missing, and nothing else be there. */
const call: Client['call'] = async (name, ...input) => {
  const answer = await client.call(name, ...input);
  const schema: unknown = routes[name].answer;
  if (schema instanceof z.ZodType) expect(schema.parse(answer)).toEqual(answer);
  return answer;
};

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(100);
}

/** Listens until the text that has come satisfies, and what comes of it has come too. */
async function streamed(
  headers: Record<string, string>,
  isEnough: (text: string) => Promise<boolean>,
): Promise<string> {
  const ending = new AbortController();
  const response = await fetch(client.href('stream'), { headers, signal: ending.signal });
  let text = '';
  let isDone = false;
  for await (const chunk of response.body!) {
    text += Buffer.from(chunk).toString();
    isDone ||= await isEnough(text);
    if (isDone && text.includes('event: event')) break;
  }
  ending.abort();
  return text;
}

/** Not fetch: that sends no Host and no Origin but its own. */
async function raw(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<number | undefined> {
  const outgoing = request(new URL(path, url), { method, headers, agent: false });
  outgoing.on('error', () => undefined);
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}
