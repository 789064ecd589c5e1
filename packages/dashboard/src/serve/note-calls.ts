import { codeOf } from '@consort/core';
import type { RouteName } from '../api/paths.ts';
import type { Route } from '../api/route.ts';
import { routes } from '../api/routes.ts';
import type { Access } from '../users/access.ts';
import { has, nobody, type Identity } from '../users/identity.ts';
import type { AuditTrail } from './audit-trail.ts';
import { listWords, whatOf } from './what-of.ts';

/** Who called what, and from which address. */
export interface Call {
  readonly name: RouteName;
  /** Undefined before the login. */
  readonly user: Identity | undefined;
  readonly from: string;
}

interface Parts {
  readonly access: Access;
  readonly trail: AuditTrail;
}

/**
 * Notes a call that was refused, where its route is audited. Who has not logged in leaves nothing but refused logins.
 * @param asked what was asked, checked; empty when it was not as it should be
 */
export async function noteRefused(
  { name, user, from }: Call,
  { access, trail }: Parts,
  asked: Readonly<Record<string, unknown>>,
  error: unknown,
): Promise<void> {
  const entry = { from, action: name, what: whatOf(name, asked, undefined), result: codeOf(error) };
  if (name === 'login') {
    const { name: given } = (asked['body'] ?? {}) as { readonly name?: string };
    // A name that nobody has may be a password, typed into the wrong field.
    const isUser = given !== undefined && (await access.isUser(given));
    await trail.noteRefusedLogin({ ...entry, user: isUser ? given : nobody.name });
    return;
  }
  // A name that the provider gives is not known before the login has come to its end.
  if (name === 'openIdLogin') {
    if (entry.result !== 'USAGE') await trail.noteRefusedLogin({ ...entry, user: nobody.name });
    return;
  }
  const { isAudited }: Route = routes[name];
  if (user && isAudited === true) await trail.note({ ...entry, user: user.name });
}

/** Notes a call that was answered, where its route is audited. @throws EngineError when it cannot be noted */
export async function noteAnswered(
  { name, user, from }: Call,
  { trail }: Parts,
  asked: Readonly<Record<string, unknown>>,
  answered: unknown,
): Promise<void> {
  const { isAudited }: Route = routes[name];
  const { user: begun, body } = (answered ?? {}) as {
    readonly user?: Identity;
    readonly body?: unknown;
  };
  const who = name === 'login' || name === 'openIdLogin' ? begun : user;
  if (!who) return;
  const what = whatOf(name, asked, answered);
  const entry = { user: who.name, from, action: name, what, result: 'done' };
  if (isAudited === true) await trail.note(entry);
  else if (isAudited === 'body' && body !== undefined) await trail.noteOnce(entry);
  else if (isAudited === 'list' && has(who, 'phi-reader')) {
    const list = listWords(asked, answered);
    // How many there are changes while the page stays open: it is the same view.
    const view = [who.name, from, name, asked];
    if (list !== undefined)
      await trail.noteOnce({ ...entry, what: [what, list].filter(Boolean).join(' ') }, view);
  }
}
