import { openMessageStore } from './open-message-store.ts';

// The process that a test kills: sends, claims and finishes as fast as it can, on eight lanes at once,
// and says which messages are Completed, never before that has resolved.
const store = await openMessageStore(process.argv[2] ?? '');
await Promise.all(Array.from({ length: 8 }, lane));

async function lane(): Promise<void> {
  for (;;) {
    await store.send({
      source: 'Sender',
      sourceType: 'BusinessProcess',
      target: 'Process',
      targetType: 'BusinessProcess',
      body: { type: 'test', filling: 'x'.repeat(Math.floor(Math.random() * 3_000)) },
      priority: 'Sync',
      responseRequired: true,
    });
    const message = await store.claim('Process', 8, 'writer');
    if (!message) continue;
    const { id } = message.header;
    await store.finish(message.claim, { status: 'Completed', body: { type: 'test.done', id } });
    process.stdout.write(`${id};\n`);
  }
}
