import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDashboard, type RunningEngine } from '@consort/dashboard';
import { openClient } from '@consort/dashboard/client';
import { usersFile } from '@consort/dashboard/users';
import { openMessageStore } from '@consort/store';
import { Provider } from 'oidc-provider';
import { expect, test } from 'vitest';

// A certified provider that is not ours, with its own pages to log in and to consent.

const redirectUri = 'http://127.0.0.1:7070/openid';
const client = { clientId: 'consort', clientSecret: 'a-secret-of-the-client-that-is-long-enough' };

test('a provider that is not ours vouches for a user, who is let in with the roles of his groups', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'consort-real-openid-'));
  const store = await openMessageStore(directory);
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [redirectUri],
      },
    ],
    claims: { profile: ['preferred_username', 'groups'] },
    // As most do that are found in hospitals: the claims stand in the ID token.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ['of-this-test'] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, groups: ['readers'] }),
    }),
  });
  server.on('request', provider.callback());
  const dashboard = await openDashboard({
    port: 0,
    reader: store,
    users: usersFile(directory),
    queues: [],
    openIdConnect: () => ({
      ...client,
      issuer,
      redirectUri,
      label: 'the hospital',
      scope: 'openid profile',
      nameClaim: 'preferred_username',
      rolesClaim: 'groups',
      roles: { readers: ['viewer', 'phi-reader'] },
    }),
    engine: {
      record: store,
      uploads: join(directory, 'uploads'),
      log: ({ text }: { readonly text: string }) => expect(text).toBe(''),
    } as unknown as RunningEngine,
  });
  try {
    const browse = openBrowser();
    const api = openClient({ url: dashboard.url, fetch: browse });
    const { url } = await api.call('beginOpenIdLogin');
    const back = await logInAt(url, browse);
    const { user } = await api.call('openIdLogin', { body: back });
    expect(user).toEqual({ name: 'openid:anna', roles: ['viewer', 'phi-reader'], how: 'openid' });
    await api.call('messages');
    const { url: away } = await api.call('logout');
    expect(await (await browse(away ?? '')).text()).toContain('sign-out');
    expect((await api.call('me')).user).toBeUndefined();
  } finally {
    await dashboard.close();
    server.closeAllConnections();
    server.close();
    await store.close();
    await rm(directory, { recursive: true });
  }
});

/** Logs in on the provider's pages and consents; the answer is what it sends the browser back with. */
async function logInAt(url: string, browse: typeof fetch) {
  let at = new URL(url);
  for (let step = 0; step < 20; step += 1) {
    if (at.href.startsWith(redirectUri)) {
      return Object.fromEntries(at.searchParams) as { code: string; state: string; iss: string };
    }
    const asked = await browse(at, { redirect: 'manual' });
    const page = await asked.text();
    const form = /<form[^>]*action="([^"]*)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="([^"]*)"/.exec(page)?.[1];
    const answered =
      form === undefined
        ? asked
        : await browse(new URL(form, at), {
            method: 'POST',
            redirect: 'manual',
            body: new URLSearchParams({ prompt: prompt ?? '', login: 'anna', password: 'any' }),
          });
    const location = answered.headers.get('location');
    if (location === null) throw new Error(`${at.pathname} answers ${answered.status}: ${page}`);
    at = new URL(location, at);
  }
  throw new Error('the provider goes on redirecting');
}

/** Keeps cookies for each server, as browsers do. */
function openBrowser(): typeof fetch {
  const jar = new Map<string, string>();
  return async (input, init = {}) => {
    const { host } = new URL(input instanceof Request ? input.url : input);
    const own = [...jar].filter(([key]) => key.startsWith(`${host} `));
    const cookie = own.map(([key, value]) => `${key.slice(host.length + 1)}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), cookie };
    const response = await fetch(input, { ...init, headers });
    for (const set of response.headers.getSetCookie()) {
      const [name = '', ...value] = set.split(';')[0]!.split('=');
      jar.set(`${host} ${name}`, value.join('='));
    }
    return response;
  };
}
