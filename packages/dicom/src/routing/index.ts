export { readFacts } from './read-facts.ts';
export type { Circumstances } from './read-facts.ts';
export { compileRules, routeOf } from './rules.ts';
export type { Route, Rules, RuleSettings } from './rules.ts';
export type { Fact, Facts } from './condition.ts';
