import { randomBytes } from 'node:crypto';
import { tokenDigest } from './change-users.ts';

/** Who has logged in. */
export interface Session {
  readonly user: string;
  /** Of the password that he logged in with: another one ends the session. */
  readonly nonce: string;
}

/** Sessions of users that have logged in. They end with the process. */
export interface Sessions {
  /** Begins one; the answer is what its cookie holds. */
  begin(session: Session): string;
  /** The session of a request; undefined when there is none, or not any more. */
  use(value: string): Session | undefined;
  /** The same, without the session counting as used. */
  look(value: string): Session | undefined;
  end(value: string): void;
}

/** Milliseconds from the login, and from the last request. */
const longest = 12 * 3_600_000;
const longestIdle = 2 * 3_600_000;
/** Sessions at the same time; the oldest goes. */
const most = 1000;

/** @param now milliseconds */
export function openSessions(now: () => number = Date.now): Sessions {
  const sessions = new Map<string, Session & { readonly begun: number; seen: number }>();
  const current = (value: string) => {
    const key = tokenDigest(value);
    const session = sessions.get(key);
    if (!session) return undefined;
    if (now() - session.begun <= longest && now() - session.seen <= longestIdle) return session;
    sessions.delete(key);
    return undefined;
  };
  return {
    begin(session) {
      const value = randomBytes(32).toString('base64url');
      const oldest = sessions.keys().next().value;
      if (sessions.size >= most && oldest !== undefined) sessions.delete(oldest);
      sessions.set(tokenDigest(value), { ...session, begun: now(), seen: now() });
      return value;
    },
    use(value) {
      const session = current(value);
      if (session) session.seen = now();
      return session;
    },
    look: current,
    end: (value) => void sessions.delete(tokenDigest(value)),
  };
}
