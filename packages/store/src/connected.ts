// What a thread needs that works on a store another thread has opened: without the database's library.
export { openDocumentStore } from './documents/open-document-store.ts';
export { connectMessageStore } from './messages/connect-message-store.ts';
