export { runProduction } from './run-production.ts';
export type { RunningProduction, RunOptions } from './run-production.ts';
