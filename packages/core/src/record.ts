// What a store needs of the engine: its errors and statuses, without the libraries that read a production file.
export { codeOf, EngineError, isPermanent, PermanentError } from './errors.ts';
export { isFinished, mayBecome } from './message-status.ts';
export { alertBody, alertEvent } from './alerts/alert.ts';
export { endStatuses, latencyBounds } from './monitoring/measurements.ts';
