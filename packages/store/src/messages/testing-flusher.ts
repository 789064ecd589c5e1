import { openMessageStore } from './open-message-store.ts';

// A process whose disk may fail to sync: it tells what each call came to.
const store = await openMessageStore(process.argv[2] ?? '');
const told: string[] = [];
const tell = async (call: Promise<unknown>) => {
  told.push(await call.then(() => 'done').catch((error: { code?: string }) => String(error.code)));
};
await tell(store.log({ type: 'Info', code: 'TEST', text: 'before' }));
await tell(store.flush());
await tell(store.log({ type: 'Info', code: 'TEST', text: 'after' }));
await tell(store.flush());
await tell(store.events());
await store.close();
process.stdout.write(told.join(' '));
