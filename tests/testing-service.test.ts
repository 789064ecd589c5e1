import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataSetDigest } from '@consort/dicom/part10';
import { sampleStudy, startTestProduction } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { openTestingService } from '../packages/cli/src/operate/testing-service.ts';
import { describeWith } from './house/peers.ts';
import { file, folder, production, received, start, until, verb } from './operated.ts';

const core = new URL('../packages/core/src/index.ts', import.meta.url).href;
const zod = import.meta.resolve('zod');
const own = 'testingEnabled: true';

/** An operation that answers with what it got, at once or a second later, fails, or holds until it is stopped. */
const odd = `
import { defineOperation, PermanentError } from ${JSON.stringify(core)};
import { z } from ${JSON.stringify(zod)};
export default defineOperation({
  description: 'Answers, fails or holds.',
  settings: z.object({}),
  onMessage({ body }, { signal }) {
    if (body.type === 'fail') throw new PermanentError('FILE_NOT_WRITTEN', 'no disk');
    if (body.type === 'hold') {
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopping'))));
    }
    if (body.type === 'wait') return new Promise((resolve) => setTimeout(resolve, 1_000, body));
    return { type: 'odd.answer', got: body.type };
  },
});
`;

describeWith(['redis', 'pydicom'], 'production test-message', () => {
  it('sends a DICOM file with its own bytes and prints the response; the session is traced', async () => {
    await production({ own });
    await using _running = await start();
    const [image = ''] = sampleStudy();

    const tested = await verb('test-message', 'Storage', image, '--json');
    expect(tested.code, tested.output).toBe(0);
    const { sessionId, outcome, body } = JSON.parse(tested.output) as Tested;
    expect(outcome).toBe('answered');
    expect(body).toMatchObject({ command: { commandField: 'C-STORE-RSP', status: 0 } });
    const [name = ''] = await received();
    expect(await dataSetDigest(join(folder, 'received', name))).toBe(await dataSetDigest(image));

    const trace = await verb('trace', String(sessionId), '--json');
    const { messages } = JSON.parse(trace.output) as Traced;
    expect(messages.map(({ header: h }) => [h.sourceConfigName, h.type, h.status])).toEqual([
      ['_TestingService', 'Request', 'Completed'],
      ['Storage', 'Request', 'Completed'],
      ['File', 'Response', 'Completed'],
      ['Storage', 'Response', 'Completed'],
    ]);
    expect((await verb('trace', String(sessionId))).output).toMatch(
      /sent by \S+ with production test-message/,
    );
  });

  it('is refused with a code unless the production says testingEnabled, which an update may', async () => {
    await production();
    await using running = await start();
    const refused = await verb('test-message', 'File', '--body', '{"type": "x"}');
    expect([refused.code, refused.output]).toEqual([
      1,
      expect.stringContaining('error[TESTING_DISABLED]: nothing was sent to File'),
    ]);

    await production({ own });
    expect((await verb('update')).code).toBe(0);
    await writeFile(join(folder, 'body.json'), '{"type": "x"}');
    const failed = await verb('test-message', 'File', '--body', join(folder, 'body.json'));
    expect(failed.code).toBe(1);
    expect(failed.output).toContain('NOT_A_STORAGE_REQUEST: a x is no image');
    expect(running.output()).toContain('sent message 1 to File by hand');
  });

  it('leaves nothing open when the production is killed while it waits', async () => {
    await oddProduction();
    const first = await start();
    const waiting = verb('test-message', 'Odd', '--body', '{"type": "hold"}');
    await until(async () => first.output().includes('by hand'));
    await first.kill();
    expect((await waiting).code).toBe(4);

    await oddProduction({ holds: false });
    await using again = await startTestProduction(file, { data: join(folder, 'data') });
    await again.idle();
    await until(async () => (await again.messages.session(1)).length === 2);
    const legs = await again.messages.session(1);
    expect(legs.map(({ header: { type, status } }) => [type, status])).toEqual([
      ['Request', 'Completed'],
      ['Response', 'Discarded'],
    ]);
  });
});

describeWith(['redis', 'pydicom'], 'the testing service', () => {
  it('sends JSON to whatever has a queue, says how it went, and refuses the rest with a code', async () => {
    await oddProduction();
    await using started = await startTestProduction(file);
    const { handlers, close } = openTestingService(started.running);
    const ask = (target: string, what: object) =>
      handlers['test-message']!({ by: 'me', target, ...what }) as Promise<Tested>;
    const given = (type: string, timeout = 20_000) => ({ body: { type }, timeout });

    const good = await ask('Odd', given('hello'));
    expect(good).toMatchObject({ outcome: 'answered', body: { got: 'hello' } });
    const bad = await ask('Odd', given('fail'));
    expect(bad).toMatchObject({ outcome: 'failed', error: { code: 'FILE_NOT_WRITTEN' } });
    const sent = await ask('Odd', { body: { type: 'hello' } });
    expect(sent).toMatchObject({ outcome: 'sent' });

    for (const [target, what, code] of [
      ['Door', given('x'), 'STATUS_ILLEGAL'],
      ['Within', given('x'), 'STATUS_ILLEGAL'],
      ['Nobody', given('x'), 'NOT_FOUND'],
      ['Odd', { body: { no: 'type' } }, 'USAGE'],
      ['Odd', { body: missingDocument }, 'DOCUMENT_MISSING'],
      ['Odd', { file }, 'PART10_UNREADABLE'],
      ['Odd', { file: join(folder, 'nothing.dcm') }, 'PART10_UNREADABLE'],
    ] as const) {
      await expect(ask(target, what), JSON.stringify([target, what])).rejects.toMatchObject({
        code,
      });
    }

    const late = ask('Odd', given('wait', 50));
    await expect(late).rejects.toThrow(/^Odd: message \d+ had no response .* production why \d+/);
    const waiting = ask('Odd', given('hello'));
    await until(async () => (await started.messages.messages({ status: 'Queued' })).length === 1);
    await Promise.all([close(), expect(waiting).rejects.toMatchObject({ code: 'STOPPING' })]);
    await started.stop();
  });
});

const missingDocument = {
  type: 'dicom.document',
  document: {
    digest: 'a'.repeat(64),
    size: 1,
    transferSyntaxUid: '1.2',
    sopClassUid: '1.2',
    attributes: {},
  },
};

interface Header {
  readonly sourceConfigName: string;
  readonly type: string;
  readonly status: string;
}

interface Tested {
  readonly sessionId: number;
  readonly outcome: string;
  readonly body: unknown;
}

interface Traced {
  readonly messages: readonly { readonly header: Header }[];
}

async function oddProduction({ holds = true } = {}): Promise<void> {
  await writeFile(join(folder, 'odd.ts'), holds ? odd : odd.replace("=== 'hold'", "=== 'never'"));
  await production({
    own,
    more: `  Odd: { component: ./odd.ts }
  Within: { component: ./odd.ts, invocation: inProc }
`,
  });
}
