import { createHash, timingSafeEqual } from 'node:crypto';
import { duration, path, secret, type EventLog } from '@consort/core';
import { z } from 'zod';
import type { UserIdentity } from '../association/pdu.ts';
import { judgeToken } from './judge-token.ts';
import { openTokenKeys } from './token-keys.ts';

/** The setting `userIdentity`: which users an association may be for (PS3.7 section D.3.3.7). */
export function userIdentity() {
  return z
    .strictObject({
      users: z
        .array(
          z.strictObject({
            username: z.string().min(1),
            passcode: secret().optional().meta({
              description: 'Its passcode; without one the name alone will do.',
            }),
          }),
        )
        .min(1)
        .optional()
        .meta({ description: 'Users by name, or by name and passcode.' }),
      tokens: z
        .strictObject({
          keys: path({ for: 'reading' }).meta({
            description:
              "The issuer's public keys: a JSON Web Key Set, or public keys or certificates in PEM.",
          }),
          issuer: z.string().min(1).meta({ description: 'What a token says as iss.' }),
          audience: z.string().min(1).meta({ description: 'What a token says as aud: us.' }),
          clockTolerance: duration()
            .refine((milliseconds) => milliseconds <= 3_600_000, { message: 'at most 1h' })
            .default(60_000)
            .meta({ description: "How far the issuer's clock may be from ours." }),
          aeTitleClaim: z.string().min(1).optional().meta({
            description:
              'The claim that says for which calling AE titles a token is good: one, or a list.',
          }),
        })
        .optional()
        .meta({ description: 'Users with a JSON Web Token of this issuer.' }),
    })
    .refine(({ users, tokens }) => users !== undefined || tokens !== undefined, {
      message: 'nobody could be let in: write users or tokens',
    });
}

/**
 * Says why an association is not for a user who may be let in; undefined when it is. Nothing of what the peer sent is
 * in the text: a passcode may stand where the name should.
 */
export type UserJudge = (
  identity: UserIdentity | undefined,
  callingAeTitle: string,
) => Promise<string | undefined>;

/**
 * Makes the judge of users.
 * @param origin where the operator has set them
 * @throws EngineError TOKEN_KEYS_UNFIT
 */
export async function openUserJudge(
  { users = [], tokens }: z.output<ReturnType<typeof userIdentity>>,
  origin: string,
  events: EventLog,
): Promise<UserJudge> {
  const keys = tokens && (await openTokenKeys(tokens.keys, origin, events));
  return async (identity, callingAeTitle) => {
    if (!identity) return 'it names no user';
    const { type, primary } = identity;
    if (type === 1 || type === 2) return judgeName(identity, users);
    if (type !== 5)
      return `it comes with ${kinds[type] ?? `a user identity of type ${type}`}, which is not verified here`;
    if (!tokens || !keys) return 'it comes with a JSON Web Token, and no tokens are set';
    return judgeToken(primary, await keys(), tokens, callingAeTitle);
  };
}

/** PS3.7 table D.3-14. */
const kinds: Readonly<Record<number, string>> = {
  3: 'a Kerberos ticket (type 3)',
  4: 'a SAML assertion (type 4)',
};

type Users = NonNullable<z.output<ReturnType<typeof userIdentity>>['users']>;

function judgeName({ type, primary, secondary }: UserIdentity, users: Users): string | undefined {
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
