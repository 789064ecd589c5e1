export { testDocumentStore } from './document-store.ts';
export { testMessageStore } from './message-store.ts';
