export { openDashboard } from './open-dashboard.ts';
export type { Dashboard, DashboardOptions } from './open-dashboard.ts';
export type { BullQueue } from './bull-board.ts';
export type { HostStatus, ProductionStatus, Status } from './status.ts';
