// What a production needs that runs: without the library that builds the queries of those who look at it.
export { documentsHolder } from './documents/hold-documents.ts';
export { openDocumentStore } from './documents/open-document-store.ts';
export { isLocked, lockDirectory } from './lock.ts';
export { messageStorePort, openMessageStore } from './messages/open-message-store.ts';
export type { OpenMessageStore } from './messages/open-message-store.ts';
