export { openDashboard } from './open-dashboard.ts';
export type { Dashboard, DashboardOptions } from './open-dashboard.ts';
export type { MetricsSource, ThreadPulse } from './metrics/source.ts';
export type { BullQueue } from './bull-board.ts';
export type { ShownElement } from './api/documents.ts';
export type { DocumentViewer, RunningEngine } from './engine.ts';
export type { HostStatus, ProductionStatus, Status } from './status.ts';
