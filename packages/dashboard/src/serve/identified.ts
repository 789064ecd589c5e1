import { codeOf } from '@consort/core';
import type { FastifyRequest } from 'fastify';
import type { Access } from '../users/access.ts';
import { nobody, type Identity } from '../users/identity.ts';
import type { AuditTrail } from './audit-trail.ts';

/**
 * Who sends a request; undefined when nobody that is known. A token that is not good is noted.
 * @param action what is asked for, as the audit trail names it
 * @throws EngineError LOGIN_FAILED, TOO_MANY_REQUESTS for a bad token; USERS_UNFIT
 */
export async function identified(
  request: FastifyRequest,
  action: string,
  { access, trail }: { readonly access: Access; readonly trail: AuditTrail },
): Promise<Identity | undefined> {
  try {
    return await access.identify(request);
  } catch (error) {
    const result = codeOf(error);
    if (result === 'LOGIN_FAILED' || result === 'TOO_MANY_REQUESTS') {
      const { name: user } = nobody;
      await trail.noteRefusedLogin({ user, from: request.ip, action, what: 'token', result });
    }
    throw error;
  }
}
