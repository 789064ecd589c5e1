import { roles, timeJson } from '@consort/core/json';
import { z } from 'zod';
import { paging } from './messages.ts';
import { route } from './route.ts';

const user = z.object({
  name: z.string(),
  roles: z.array(z.enum(roles)).readonly(),
  how: z
    .enum(['local', 'session', 'openid', 'token'])
    .describe(
      'local: whoever is on this machine, where no login is asked for; openid: a session that an OpenID provider vouched for',
    ),
});

export const whoRoutes = {
  me: route({
    summary: 'Who asks, and with which roles',
    role: 'anyone',
    patientData: 'none',
    answer: z.object({
      user: user.exactOptional().describe('Absent before the login'),
      isLoginRequired: z.boolean(),
      openId: z
        .object({ label: z.string().describe('What the provider is called') })
        .exactOptional()
        .describe('Where there is an OpenID provider to log in by'),
    }),
  }),
  login: route({
    summary: 'Begins a session: sets the cookie',
    role: 'anyone',
    patientData: 'none',
    isAudited: true,
    body: z.object({ name: z.string().min(1).max(100), password: z.string().min(1).max(1000) }),
    answer: z.object({ user }),
  }),
  logout: route({
    summary: 'Ends the session',
    role: 'anyone',
    patientData: 'none',
    isAudited: true,
    answer: z.object({
      isLoggedOut: z.literal(true),
      url: z
        .string()
        .exactOptional()
        .describe('Where to log out at the OpenID provider too, for who has logged in by it'),
    }),
  }),
  beginOpenIdLogin: route({
    summary: 'Begins a login by the OpenID provider: says where the browser is to go',
    role: 'anyone',
    patientData: 'none',
    answer: z.object({ url: z.string() }),
  }),
  openIdLogin: route({
    summary: 'Begins a session with what the OpenID provider has sent the browser back with',
    role: 'anyone',
    patientData: 'none',
    isAudited: true,
    body: z.object({
      code: z.string().min(1).max(4000),
      state: z.string().min(1).max(200),
      iss: z.string().max(2000).exactOptional().describe('RFC 9207'),
    }),
    answer: z.object({ user }),
  }),
  audit: route({
    summary: 'Who did and saw what, newest first',
    role: 'admin',
    patientData: 'none',
    query: z
      .object({
        user: z.string().min(1).max(106).exactOptional(),
        since: timeJson.exactOptional(),
        until: timeJson.exactOptional(),
      })
      .extend(paging.shape),
    answer: z.object({
      entries: z
        .array(
          z.object({
            id: z.int(),
            time: timeJson,
            user: z.string(),
            from: z.string().describe('An IP address'),
            action: z.string().describe('The name of the route'),
            what: z.string().describe('What it was done to: numbers and names of hosts'),
            result: z.string().describe('done, or the code of the error'),
          }),
        )
        .readonly(),
      next: z.string().exactOptional(),
    }),
  }),
};
