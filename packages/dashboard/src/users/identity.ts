import type { Role, Route } from '../api/route.ts';

/** Who asks. */
export interface Identity {
  /** Of a token: `token:` and its name, which no user can have. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** local: whoever is on this machine, where no login is asked for. openid: a session that an OpenID provider vouched for. */
  readonly how: 'local' | 'session' | 'openid' | 'token';
}

/** Whoever is on this machine, where the page is served to it alone. */
export const localUser: Identity = { name: 'local', roles: ['admin'], how: 'local' };

/** Whoever has not logged in yet. */
export const nobody: Identity = { name: 'nobody', roles: [], how: 'session' };

/** Says whether somebody may do what a role may. */
export function has({ roles }: Pick<Identity, 'roles'>, role: Role): boolean {
  return role === 'viewer' ? roles.length > 0 : roles.includes(role) || roles.includes('admin');
}

/** Says whether somebody may call a route. */
export function mayCall(identity: Identity | undefined, route: Route): boolean {
  if (route.role === 'anyone') return true;
  if (!identity || !has(identity, route.role)) return false;
  return route.patientData !== 'all' || has(identity, 'phi-reader');
}
