import { z } from 'zod';
import { roles, type Role } from './role.ts';
import { secret } from './settings.ts';

/** Where whoever operates the production logs in besides users with passwords (OpenID Connect Core 1.0). */
export interface OpenIdConnect {
  /** As the provider names itself, without a slash at the end unless it does so. */
  readonly issuer: string;
  readonly clientId: string;
  /** Absent for a client that has none, which proves itself by PKCE alone (RFC 7636). */
  readonly clientSecret?: string | undefined;
  /** Where the provider sends the browser back to: `/openid` of the page. */
  readonly redirectUri: string;
  /** What the button says: Log in with this. */
  readonly label: string;
  readonly scope: string;
  /** The claim of the ID token that a user is known by. */
  readonly nameClaim: string;
  /** The claim that has his groups; dots lead into it. */
  readonly rolesClaim: string;
  /** What each group may do; who is in none of them may nothing. */
  readonly roles: Readonly<Record<string, readonly Role[]>>;
}

const claim = z.string().min(1).max(200);

/** The keys of `openIdConnect` in a production file. */
export const openIdConnectKeys = z.object({
  issuer: z
    .string()
    .refine(isSafe, { message: 'write the URL of the provider, which begins with https://' })
    .meta({
      description: 'The URL of the OpenID provider, exactly as it names itself (its issuer).',
    }),
  clientId: z.string().min(1).max(200).meta({ description: 'The client that the page is there.' }),
  clientSecret: secret().optional().meta({
    description:
      'Its secret, always as a variable like ${OPENID_SECRET}. Default: none, for a public client.',
  }),
  redirectUri: z
    .string()
    .refine((text) => isSafe(text) && /^[^?#]*\/openid$/.test(text), {
      message:
        'write the URL of the page with /openid at its end, like https://consort.example/openid',
    })
    .meta({
      description:
        'Where the provider sends the browser back to: the URL of the page with /openid at its end, as it is registered there.',
    }),
  label: z
    .string()
    .min(1)
    .max(60)
    .default('OpenID Connect')
    .meta({ description: 'What the page calls the provider: Log in with this.' }),
  scope: z
    .string()
    .regex(/^openid( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'begin with openid, like openid profile')
    .default('openid profile')
    .meta({ description: 'What is asked for, so that the claims are in the ID token.' }),
  nameClaim: claim.default('preferred_username').meta({
    description:
      'The claim of the ID token by which a user is known; the provider gives it to nobody else. Others: email, sub.',
  }),
  rolesClaim: claim.default('groups').meta({
    description: 'The claim that has his groups, like groups or realm_access.roles.',
  }),
  roles: z
    .record(z.string().min(1).max(200), z.array(z.enum(roles)).min(1))
    .refine((map) => Object.keys(map).length > 0, { message: 'nobody could log in; name a group' })
    .meta({
      description:
        'What each group may do: viewer, phi-reader, operator, admin. Who is in none of them is not let in.',
    }),
});

/** Says whether what is sent to a URL is kept from others on the way: by TLS, or because it stays on this machine. */
export function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLocal);
}
