export { startTestProduction } from './start-test-production.ts';
export type {
  TestedMessage,
  TestProduction,
  TestProductionOptions,
} from './start-test-production.ts';
export { differenceOfTrace, expectTrace, traceLines } from './expect-trace.ts';
export { startTestPeer } from './test-peer.ts';
export type { ImageAtPeer, PeerAnswer, TestPeer } from './test-peer.ts';
export type { Sending } from './send-to.ts';
export { freePort } from './changes-for-test.ts';
