import { roles, type OpenIdConnect, type Role } from '@consort/core';

/** Groups that are looked at, and characters of each. */
const most = 1_000;
const longest = 200;

/** The groups that a claim names: texts, or one. A claim whose own name has dots comes before one that lies deeper. */
export function groupsOf(
  claims: Readonly<Record<string, unknown>>,
  claim: string,
): readonly string[] {
  const found = Object.hasOwn(claims, claim) ? claims[claim] : within(claims, claim.split('.'));
  const all: readonly unknown[] = Array.isArray(found) ? found : [found];
  return all
    .slice(0, most)
    .filter((one): one is string => typeof one === 'string' && one.length <= longest);
}

/** The roles that groups have; none for groups that are not named. */
export function rolesOf(
  groups: readonly string[],
  { roles: rolesOfGroups }: Pick<OpenIdConnect, 'roles'>,
): readonly Role[] {
  const named = groups.filter((group) => Object.hasOwn(rolesOfGroups, group));
  const has = new Set(named.flatMap((group) => rolesOfGroups[group] ?? []));
  return roles.filter((role) => has.has(role));
}

function within(value: unknown, [key, ...deeper]: readonly string[]): unknown {
  if (key === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return within((value as Readonly<Record<string, unknown>>)[key], deeper);
}
