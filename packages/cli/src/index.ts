export { loadComponent } from './load-component.ts';
export { runProduction } from './run-production.ts';
export type { RunningProduction, RunOptions } from './run-production.ts';
