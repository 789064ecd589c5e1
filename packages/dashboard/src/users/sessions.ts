import { randomBytes } from 'node:crypto';
import { tokenDigest } from './change-users.ts';

/** Sessions of users that have logged in. They end with the process. */
export interface Sessions {
  /** Begins one; the answer is what its cookie holds. */
  begin(user: string): string;
  /** Whose session it is; undefined when there is none, or not any more. */
  userOf(value: string): string | undefined;
  end(value: string): void;
}

/** Milliseconds from the login, and from the last request. */
const longest = 12 * 3_600_000;
const longestIdle = 2 * 3_600_000;
/** Sessions at the same time; the oldest goes. */
const most = 1000;

/** @param now milliseconds */
export function openSessions(now: () => number = Date.now): Sessions {
  const sessions = new Map<
    string,
    { readonly user: string; readonly begun: number; seen: number }
  >();
  return {
    begin(user) {
      const value = randomBytes(32).toString('base64url');
      const oldest = sessions.keys().next().value;
      if (sessions.size >= most && oldest !== undefined) sessions.delete(oldest);
      sessions.set(tokenDigest(value), { user, begun: now(), seen: now() });
      return value;
    },
    userOf(value) {
      const key = tokenDigest(value);
      const session = sessions.get(key);
      if (!session) return undefined;
      if (now() - session.begun > longest || now() - session.seen > longestIdle) {
        sessions.delete(key);
        return undefined;
      }
      session.seen = now();
      return session.user;
    },
    end: (value) => void sessions.delete(tokenDigest(value)),
  };
}
