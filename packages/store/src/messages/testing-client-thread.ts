import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { NewRequest } from '@consort/core';
import { connectMessageStore } from './connect-message-store.ts';

// The other thread of a test: sends one request and tells what came of it.
const { port, request } = workerData as { port: MessagePort; request: NewRequest };
const store = connectMessageStore(port);
const sent = await store.send(request);
await store.flush();
parentPort?.postMessage(sent);
