// What authors of components and productions test with. Nothing here belongs to one test runner.
export { fails, never } from './component/replies.ts';
export type { Replies, Reply } from './component/replies.ts';
export type { SentRequest } from './component/run-component.ts';
export { testOperation, testProcess, testService } from './component/tested-component.ts';
export type {
  TestedComponent,
  TestedHost,
  TestedRequest,
  TestedResponse,
  TestOptions,
} from './component/tested-component.ts';
export { expectTrace, freePort, startTestPeer, traceLines } from '@consort/cli/test-production';
export type {
  ImageAtPeer,
  PeerAnswer,
  Sending,
  TestedMessage,
  TestPeer,
} from '@consort/cli/test-production';
export { makeImage } from './make-image.ts';
export { startTestProduction } from './start-test-production.ts';
export type { TestProduction, TestProductionOptions } from './start-test-production.ts';
export { stopTests } from './stop-tests.ts';
