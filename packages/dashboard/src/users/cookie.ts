import type { FastifyRequest } from 'fastify';

/** The cookie of a session. */
export const cookieName = 'consort-session';

/** What a cookie of a request holds; undefined when it was not sent. */
export function cookieOf({ headers }: FastifyRequest, name: string): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([key]) => key === name)?.[1];
}

/**
 * A cookie as it is set: for this server alone, out of reach of scripts, and Secure where the browser has come by TLS, as
 * a trusted proxy says.
 * @param seconds 0 removes it
 */
export function setCookie(
  name: string,
  value: string,
  seconds: number,
  { protocol }: FastifyRequest,
): string {
  const secure = protocol === 'https' ? '; Secure' : '';
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`;
}
