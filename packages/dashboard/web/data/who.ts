import { useAnswer } from './use-answer.ts';
import type { Role } from '../../src/client.ts';

/** Who uses the app, and what they may do; everything is refused until that is known. */
export function useWho() {
  const { data } = useAnswer('me', undefined as never);
  const roles = data?.user?.roles ?? [];
  return {
    user: data?.user,
    openId: data?.openId,
    isLoginNeeded: data !== undefined && data.user === undefined && data.isLoginRequired,
    /** Says whether the user has a role; admins have all. */
    may: (role: Role) => roles.includes(role) || roles.includes('admin'),
  };
}
