export { openDashboard } from './open-dashboard.ts';
export type { Dashboard, DashboardOptions } from './open-dashboard.ts';
export type { MetricsSource, ThreadPulse } from './metrics/source.ts';
export type { BullQueue } from './bull-board.ts';
export type { HostStatus, ProductionStatus, Status } from './status.ts';
