export { readFacts } from './read-facts.ts';
export type { Circumstances } from './read-facts.ts';
export { compileRules, routeOf } from './rules.ts';
export type { RuleSettings } from './rules.ts';
