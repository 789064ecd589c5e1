export { transitions, mayBecome, isFinished, statusesBefore } from './message-status.ts';
export type * from './message.ts';
export type * from './message-store.ts';
export type * from './document-store.ts';
export type * from './transport.ts';
export type * from './event.ts';
export { defineService, defineProcess, defineOperation } from './component.ts';
export type {
  Accepted,
  Answer,
  BusinessOperation,
  BusinessProcess,
  BusinessService,
  Component,
  Context,
  Doubt,
  Patience,
  ServiceContext,
} from './component.ts';
export {
  duration,
  meaningOf,
  parseDuration,
  path,
  secret,
  settingsThatAre,
  target,
} from './settings.ts';
export { businessTypes } from './production.ts';
export type { Finding, Host, Production, RetryPolicy } from './production.ts';
export { codeOf, EngineError, errorCodes, isPermanent, PermanentError } from './errors.ts';
export type { ErrorCode } from './errors.ts';
export { startHost } from './host.ts';
export type { Engine, RunningHost } from './host.ts';
export { openConsoleLog } from './console-log.ts';
export type { ConsoleLog } from './console-log.ts';
export { inStartOrder, runHosts } from './run-hosts.ts';
export type { Parts, RunningHosts } from './run-hosts.ts';
export { loadProduction } from './production-file/load-production.ts';
export type { LoadedProduction, LoadOptions } from './production-file/load-production.ts';
export type { ComponentLoader } from './production-file/load-component.ts';
export { formatFindings } from './production-file/format-findings.ts';
export { productionSchema } from './production-file/production-schema.ts';
export type { JsonSchema } from './production-file/production-schema.ts';
