export { openDocumentStore } from './documents/open-document-store.ts';
export { connectMessageStore } from './messages/connect-message-store.ts';
export { openMessageReader } from './messages/open-message-reader.ts';
export { messageStorePort, openMessageStore } from './messages/open-message-store.ts';
export type { OpenMessageStore } from './messages/open-message-store.ts';
export { isLocked, lockDirectory } from './lock.ts';
export type { Lock } from './lock.ts';
