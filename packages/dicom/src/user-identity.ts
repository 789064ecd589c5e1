import { createHash, timingSafeEqual } from 'node:crypto';
import { secret } from '@consort/core';
import { z } from 'zod';
import type { UserIdentity } from './association/pdu.ts';

/** The setting `userIdentity`: which users an association may be for (PS3.7 section D.3.3.7). */
export function userIdentity() {
  return z.strictObject({
    users: z
      .array(
        z.strictObject({
          username: z.string().min(1),
          passcode: secret().optional().meta({
            description: 'Its passcode; without one the name alone will do.',
          }),
        }),
      )
      .min(1),
  });
}

type Users = z.output<ReturnType<typeof userIdentity>>['users'];

/**
 * Says why an association is not for one of the users; undefined when it is. Nothing of what the peer sent is in the
 * text: a passcode may stand where the name should.
 */
export function judgeUserIdentity(
  identity: UserIdentity | undefined,
  users: Users,
): string | undefined {
  if (!identity) return 'it names no user';
  const { type, primary, secondary } = identity;
  if (type !== 1 && type !== 2)
    return `its user identity is of type ${type}, and only 1 and 2 are known here`;
  const user = users.find(({ username }) => isSame(username, primary));
  if (!user) return 'it names a user that is not in the list';
  const { username, passcode } = user;
  if (passcode === undefined) return undefined;
  if (type === 1) return `it gives no passcode for ${username}`;
  return isSame(passcode, secondary) ? undefined : `its passcode for ${username} is another one`;
}

/** Takes as long whatever the difference. */
function isSame(expected: string, given: Buffer): boolean {
  return timingSafeEqual(digest(Buffer.from(expected)), digest(given));
}

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
