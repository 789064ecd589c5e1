import { randomBytes } from 'node:crypto';
import { tokenDigest } from './change-tokens.ts';

/** Who has logged in, and how. */
export type Session = PasswordSession | OpenIdSession;

export interface PasswordSession {
  readonly user: string;
  /** Of the password that he logged in with: another one ends the session. */
  readonly nonce: string;
}

export interface OpenIdSession {
  readonly user: string;
  /** Who has said who he is, and what groups he is in: his roles are made of them with each request. */
  readonly issuer: string;
  readonly groups: readonly string[];
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
  /** Ends all sessions of the user of one but that one; the answer is how many there were. */
  endOthers(value: string): number;
}

/** Milliseconds from the login, and from the last request. */
const longest = 12 * 3_600_000;
const longestIdle = 2 * 3_600_000;
/** Sessions at the same time; the oldest goes. */
const most = 1000;

/** @param now milliseconds */
export function openSessions(now: () => number = Date.now): Sessions {
  const sessions = new Map<string, Session & { readonly begun: number; seen: number }>();
  const isOver = ({ begun, seen }: { readonly begun: number; readonly seen: number }) =>
    now() - begun > longest || now() - seen > longestIdle;
  const current = (value: string) => {
    const key = tokenDigest(value);
    const session = sessions.get(key);
    if (!session) return undefined;
    if (!isOver(session)) return session;
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
    endOthers(value) {
      const own = current(value);
      const others = [...sessions].filter(([, one]) => one !== own && one.user === own?.user);
      for (const [key] of others) sessions.delete(key);
      return others.filter(([, one]) => !isOver(one)).length;
    },
  };
}
