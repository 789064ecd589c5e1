// What Consort itself is tested with: hostile and real peers, productions in processes of their own.
export { makeAuthority } from './certificates.ts';
export type { CertificateFiles, CertificateWishes, TestAuthority } from './certificates.ts';
export { copiesOf } from './copies.ts';
export { freePort } from '@consort/cli/test-production';
export { startOrthanc } from './orthanc.ts';
export type {
  Modality,
  Orthanc,
  OrthancCommitment,
  OrthancJob,
  OrthancStatistics,
} from './orthanc.ts';
export { inShort } from './parrot/in-short.ts';
export { startParrot, startParrotPort } from './parrot/parrot.ts';
export type { Parrot, ParrotPort } from './parrot/parrot.ts';
export { words } from './parrot/words.ts';
export type { AssociateWords } from './parrot/words.ts';
export { startOtlpCollector } from './otlp-collector.ts';
export type { CollectedSpan, OtlpCollector } from './otlp-collector.ts';
export { spawnProduction, startProductionProcess } from './production-process.ts';
export type { ProductionProcess } from './production-process.ts';
export { parseMetrics, readMetrics } from './read-metrics.ts';
export type { MetricSample, ReadMetrics } from './read-metrics.ts';
export { receivedFiles } from './received-files.ts';
export type { ReceivedFile } from './received-files.ts';
export { startRecordingRelay } from './recording-relay.ts';
export type { RecordedObject, RecordingRelay } from './recording-relay.ts';
export { pydicomFiles, sampleStudy } from './sample-files.ts';
export { sendFiles } from './send-files.ts';
export type { Peer, SentFile } from './send-files.ts';
export { startStorescp } from './storescp.ts';
export type { Storescp } from './storescp.ts';
export { startTestProduction } from './start-as-it-is.ts';
export type { TestProduction, TestProductionOptions } from './start-test-production.ts';
