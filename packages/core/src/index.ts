export {
  messageStatuses,
  transitions,
  mayBecome,
  isFinished,
  statusesBefore,
} from './message-status.ts';
export type * from './message.ts';
export type * from './message-reader.ts';
export type * from './message-store.ts';
export type * from './new-request.ts';
export type * from './turn.ts';
export type * from './answer-calls.ts';
export type * from './assign-calls.ts';
export type * from './operator-calls.ts';
export type * from './image-reader.ts';
export type * from './activity.ts';
export type * from './audit.ts';
export type * from './saved-search.ts';
export type * from './receipt.ts';
export type * from './document-store.ts';
export type * from './transport.ts';
export type * from './event.ts';
export type { Measure } from './monitoring/measure.ts';
export { endStatuses, latencyBounds } from './monitoring/measurements.ts';
export type * from './monitoring/measurements.ts';
export type * from './monitoring/traced-leg.ts';
export { spanIdOf, traceIdOf } from './monitoring/trace-id.ts';
export { alertBody, alertEvent, alertText, isAlert } from './alerts/alert.ts';
export type {
  Alert,
  AlertBody,
  AlertCondition,
  AlertState,
  RecordedAlert,
} from './alerts/alert.ts';
export type * from './alerts/alert-calls.ts';
export type { Expectation, HostAlerts } from './alerts/host-alerts.ts';
export { openedAt, parseHours } from './alerts/hours.ts';
export type { Hours } from './alerts/hours.ts';
export { watchAlerts } from './alerts/watch-alerts.ts';
export type { AlertParts, AlertWatch } from './alerts/watch-alerts.ts';
export { heartbeatLimit, reasonsNotReady } from './readiness.ts';
export { nearest } from './production-file/nearest.ts';
export { differenceOf } from './difference.ts';
export type { Difference, HostDifference } from './difference.ts';
export { formatDuration } from './format-duration.ts';
export { formatClock, formatDate, formatTime } from './format-time.ts';
export { defineService, defineProcess, defineOperation } from './component.ts';
export type {
  Answers,
  BusinessOperation,
  BusinessProcess,
  BusinessService,
  Component,
  Doubt,
  Patience,
  SeenHost,
} from './component.ts';
export type {
  Accepted,
  Answer,
  Context,
  HandlerContext,
  ProcessContext,
  ProcessFailure,
  ProcessResponse,
  Request,
  ServiceContext,
} from './context.ts';
export {
  duration,
  meaningOf,
  parseDuration,
  path,
  secret,
  settingsThatAre,
  target,
} from './settings.ts';
export { businessTypes, noHost } from './production.ts';
export type { Finding, Host, Isolation, Production, Retention, RetryPolicy } from './production.ts';
export { isSafe } from './open-id-connect.ts';
export type { OpenIdConnect } from './open-id-connect.ts';
export { roles } from './role.ts';
export type { Role } from './role.ts';
export { codeOf, EngineError, errorCodes, isPermanent, PermanentError } from './errors.ts';
export type { ErrorCode } from './errors.ts';
export { thrownAt } from './thrown-at.ts';
export type { SourcePlace } from './thrown-at.ts';
export { startHost } from './host.ts';
export type { Engine, RunningHost } from './host.ts';
export type { ConsoleLog } from './console-log.ts';
export type { Connections, MeasuresOfHosts } from './host-changes.ts';
export { inStartOrder, runHosts } from './run-hosts.ts';
export type { Parts, RunningHosts } from './run-hosts.ts';
export { machineTime } from './time.ts';
export type { Time } from './time.ts';
export { waitForResponses } from './responses.ts';
export type { Responses } from './responses.ts';
export { loadProduction } from './production-file/load-production.ts';
export type { LoadedProduction, LoadOptions } from './production-file/load-production.ts';
export type { ComponentLoader } from './production-file/load-component.ts';
export { variablesFile, variablesOf } from './production-file/variables.ts';
export type { Variables } from './production-file/variables.ts';
export { pathsOf } from './production-file/paths-of.ts';
export type { HostPath } from './production-file/paths-of.ts';
export { loadChecked } from './production-file/load-checked.ts';
export type { LoadedFile } from './production-file/load-checked.ts';
export { changeSettings } from './production-file/change-settings.ts';
export type { FileChanges } from './production-file/change-settings.ts';
export { connectionsOf } from './production-file/connections-of.ts';
export type { HostConnection } from './production-file/connections-of.ts';
export type { ConfigValue } from './production-file/config.ts';
export { formatConfig } from './production-file/format-config.ts';
export { describedSettings } from './production-file/described-settings.ts';
export type { DescribedSetting } from './production-file/described-settings.ts';
export { shownSettings } from './production-file/shown-settings.ts';
export type { ShownSetting } from './production-file/shown-settings.ts';
export { findingCodes } from './production-file/findings/finding-codes.ts';
export type { FindingCode } from './production-file/findings/finding-codes.ts';
export type { FindingEntry } from './production-file/findings/entry.ts';
export { hostNamesIn } from './production-file/host-names-in.ts';
export { formatFindings } from './production-file/format-findings.ts';
export { productionSchema } from './production-file/production-schema.ts';
export type { JsonSchema } from './production-file/production-schema.ts';
