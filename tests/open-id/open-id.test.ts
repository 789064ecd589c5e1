import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event, OpenIdConnect } from '@consort/core';
import { openDashboard, type Dashboard, type RunningEngine } from '@consort/dashboard';
import { openClient, type Client, type Output } from '@consort/dashboard/client';
import { usersFile } from '@consort/dashboard/users';
import { openMessageStore, type OpenMessageStore } from '@consort/store';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startProvider, type Provider } from './provider.ts';

// The page's side of OpenID Connect against a provider that really signs, over real HTTP.

let directory: string;
let store: OpenMessageStore;
let provider: Provider;
let dashboard: Dashboard;
let settings: OpenIdConnect | undefined;
const events: Event[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-openid-'));
  store = await openMessageStore(directory);
  provider = await startProvider(() => redirectUri);
  settings = configured();
  await open();
});
afterAll(async () => {
  await dashboard.close();
  await provider[Symbol.asyncDispose]();
  await store.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  provider.wrong = {};
  provider.user = { sub: '4711', preferred_username: 'anna', groups: ['readers', 'others'] };
  settings = configured();
  events.length = 0;
});

const redirectUri = 'http://127.0.0.1:7070/openid';

function configured(): OpenIdConnect {
  return {
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    redirectUri,
    label: 'the hospital',
    scope: 'openid profile',
    nameClaim: 'preferred_username',
    rolesClaim: 'groups',
    roles: { readers: ['viewer', 'phi-reader'], chiefs: ['admin'] },
  };
}

/** Anew, so that logins that have failed are forgotten. */
async function open(): Promise<void> {
  dashboard = await openDashboard({
    port: 0,
    reader: store,
    users: usersFile(directory),
    queues: [],
    openIdConnect: () => settings,
    engine: {
      record: store,
      uploads: join(directory, 'uploads'),
      log: (event: Event) => void events.push(event),
    } as unknown as RunningEngine,
  });
}

test('whoever the provider vouches for is let in with the roles of his groups, by name', async () => {
  const browser = openBrowser();
  expect(await browser.client.call('me')).toEqual({
    isLoginRequired: true,
    openId: { label: 'the hospital' },
  });
  const { user } = await browser.login();
  expect(user).toEqual({ name: 'openid:anna', roles: ['viewer', 'phi-reader'], how: 'openid' });
  expect((await browser.client.call('me')).user).toEqual(user);
  await browser.client.call('messages');
  await expect(browser.client.call('users')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(
    browser.client.call('changePassword', { body: { password: 'x', newPassword: 'y' } }),
  ).rejects.toMatchObject({ code: 'USAGE' });

  const { url } = await browser.client.call('logout');
  expect(url).toBe(`${provider.issuer}/end-session?client_id=consort`);
  expect((await browser.client.call('me')).user).toBeUndefined();
  const trail = await store.auditTrail({ user: 'openid:anna' });
  expect(trail.map(({ action, result }) => `${action} ${result}`)).toEqual([
    'logout done',
    'changePassword USAGE',
    'openIdLogin done',
  ]);
});

test('a session ends when the file gives his groups no role any more, and his roles are those of now', async () => {
  const { client, login } = openBrowser();
  await login();
  settings = { ...configured(), roles: { readers: ['operator'] } };
  expect((await client.call('me')).user?.roles).toEqual(['operator']);
  settings = { ...configured(), roles: { chiefs: ['admin'] } };
  expect((await client.call('me')).user).toBeUndefined();
  settings = configured();
  // It has ended, and does not come back.
  expect((await client.call('me')).user).toBeUndefined();
});

test('groups are found where the provider keeps them', async () => {
  settings = { ...configured(), rolesClaim: 'realm_access.roles' };
  provider.user = { sub: '1', preferred_username: 'bert', realm_access: { roles: ['chiefs'] } };
  expect((await openBrowser().login()).user.roles).toEqual(['admin']);
  settings = { ...configured(), rolesClaim: 'https://hospital.example/role' };
  provider.user = {
    sub: '1',
    preferred_username: 'bert',
    'https://hospital.example/role': 'chiefs',
  };
  expect((await openBrowser().login()).user.roles).toEqual(['admin']);
});

describe('a login is refused', () => {
  const hour = Math.floor(Date.now() / 1000) - 3600;

  test.each([
    ['for another client', { claims: { aud: 'somebody-else' } }, /another aud/],
    [
      'that was given to another of several clients',
      { claims: { aud: ['consort', 'other'], azp: 'other' } },
      /azp/,
    ],
    ['for several clients, not saying for whom', { claims: { aud: ['consort', 'other'] } }, /azp/],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }, /another iss/],
    ['that has expired', { claims: { exp: hour } }, /expired/],
    ['that never expires', { claims: { exp: undefined } }, /exp/],
    ['that is not good yet', { claims: { nbf: hour + 7200 } }, /nbf/],
    ['with another nonce', { claims: { nonce: 'of-another-login' } }, /nonce/],
    ['without a nonce', { claims: { nonce: undefined } }, /nonce/],
    ['without a subject', { claims: { sub: undefined } }, /sub/],
    ['of another key', { signature: 'otherKey' }, /SIGNATURE/],
    ['without a signature', { signature: 'none' }, /ALG|JWS|INVALID/],
    ['signed with what the client knows too', { signature: 'secret' }, /ALG/],
    ['whose user has no name', { claims: { preferred_username: undefined } }, /preferred_username/],
    ['whose user is called like a row of numbers', { claims: { preferred_username: 7 } }, /name/],
    ['whose user has a name of ours', { claims: { preferred_username: 'local' } }, /name/],
  ] as const)('with an ID token %s', async (_what, wrong, reason) => {
    provider.wrong = wrong;
    await refused(openBrowser(), { status: 401, code: 'LOGIN_FAILED' });
    expect(events.map(({ text }) => text)).toEqual([expect.stringMatching(reason)]);
  });

  test.each([
    ['in no group', { groups: undefined }],
    ['in groups without a role', { groups: ['others', 'toString', '__proto__'] }],
    ['in groups that are no texts', { groups: [{ readers: true }, 7] }],
  ])('of somebody who is %s', async (_what, claims) => {
    provider.wrong = { claims };
    await refused(openBrowser(), { status: 403, code: 'FORBIDDEN' });
  });

  test('with a state that was used, is not there, or is another browser’s', async () => {
    const [here, there] = [openBrowser(), openBrowser()];
    const back = await here.atProvider();
    // Somebody else is given the link that the provider sent this browser to.
    const failed = { code: 'LOGIN_FAILED' };
    await expect(there.comeBack(back)).rejects.toMatchObject(failed);
    await there.atProvider();
    await expect(there.comeBack(back)).rejects.toMatchObject(failed);
    await here.comeBack(back);
    await expect(here.comeBack(back)).rejects.toMatchObject(failed);
    const invented = { ...back, state: 'x'.repeat(43) };
    await expect(here.comeBack(invented)).rejects.toMatchObject(failed);
    // Nobody who has begun nothing fills the event log.
    expect(events).toEqual([]);
  });

  test('with a code of another login: its verifier is not the one it was asked for with', async () => {
    const [mine, his] = [openBrowser(), openBrowser()];
    const { code } = await his.atProvider();
    const back = await mine.atProvider();
    await expect(mine.comeBack({ ...back, code })).rejects.toMatchObject({ code: 'LOGIN_FAILED' });
    expect(events[0]?.text).toContain('invalid_grant');
  });

  test('that another issuer has answered, or none where ours says who it is', async () => {
    for (const iss of ['https://evil.example', undefined]) {
      const browser = openBrowser();
      const { iss: _own, ...back } = await browser.atProvider();
      const answer = browser.comeBack({ ...back, ...(iss === undefined ? {} : { iss }) });
      await expect(answer).rejects.toMatchObject({ code: 'LOGIN_FAILED' });
    }
  });

  test('without a word of what the provider has said of a user in the trail or the event log', async () => {
    provider.wrong = { claims: { aud: 'somebody-else', preferred_username: 'name-of-a-user' } };
    await refused(openBrowser(), { code: 'LOGIN_FAILED' });
    const trail = await store.auditTrail({ user: 'nobody' });
    expect(trail.map(({ action }) => action)).toContain('openIdLogin');
    expect(JSON.stringify([trail, events])).not.toMatch(/name-of-a-user|4711/);
  });

  /** Each on a page of its own: ten that fail shut out all that come from here. */
  async function refused(browser: Browser, as: object): Promise<void> {
    await expect(browser.login()).rejects.toMatchObject(as);
    expect((await browser.client.call('me')).user).toBeUndefined();
    await dashboard.close();
    await open();
  }
});

describe('a provider that is not right', () => {
  test.each([
    ['calls itself otherwise', { metadata: { issuer: 'https://evil.example' } }, /calls itself/],
    [
      'sends browsers where others listen',
      { metadata: { authorization_endpoint: 'http://evil.example/authorize' } },
      /authorization_endpoint/,
    ],
    ['has no keys', { metadata: { jwks_uri: undefined } }, /jwks_uri/],
    ['tells too much', { metadata: { more: 'x'.repeat(2_000_000) } }, /more than/],
  ])('%s', async (_what, wrong, reason) => {
    await dashboard.close();
    await open();
    provider.wrong = wrong;
    await expect(openBrowser().client.call('beginOpenIdLogin')).rejects.toMatchObject({
      status: 502,
      code: 'OPENID_UNAVAILABLE',
      message: expect.stringMatching(reason) as string,
    });
  });

  test('gives no tokens', async () => {
    for (const [tokens, code] of [
      ['no JSON', 'OPENID_UNAVAILABLE'],
      [`{"id_token":"${'x'.repeat(2_000_000)}"}`, 'OPENID_UNAVAILABLE'],
      ['{}', 'LOGIN_FAILED'],
      ['{"id_token":"x.y.z"}', 'LOGIN_FAILED'],
    ] as const) {
      provider.wrong = { tokens };
      await expect(openBrowser().login(), tokens.slice(0, 20)).rejects.toMatchObject({ code });
    }
  });

  test('is not there: users with passwords log in meanwhile', async () => {
    settings = { ...configured(), issuer: 'http://127.0.0.1:1' };
    await expect(openBrowser().client.call('beginOpenIdLogin')).rejects.toMatchObject({
      code: 'OPENID_UNAVAILABLE',
    });
    await expect(
      openBrowser().client.call('login', { body: { name: 'x', password: 'not there' } }),
    ).rejects.toMatchObject({ code: 'LOGIN_FAILED' });
  });
});

interface Back {
  readonly code: string;
  readonly state: string;
  readonly iss?: string;
}

interface Browser {
  readonly client: Client;
  /** Goes to the provider and is sent back, without saying so to the page yet. */
  atProvider(): Promise<Back>;
  comeBack(back: Back): Promise<Output<'openIdLogin'>>;
  login(): Promise<Output<'openIdLogin'>>;
}

/** What a browser does: it keeps cookies and follows where it is sent. */
function openBrowser(): Browser {
  const cookies = new Map<string, string>();
  const client = openClient({
    url: dashboard.url,
    async fetch(input, init) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const headers = { ...(init?.headers as Record<string, string>), cookie };
      const response = await fetch(input, { ...init, headers });
      for (const set of response.headers.getSetCookie()) {
        expect(set).toMatch(/; HttpOnly; SameSite=Strict; /);
        const [name = '', value = ''] = set.split(';')[0]!.split('=');
        if (value === '') cookies.delete(name);
        else cookies.set(name, value);
      }
      return response;
    },
  });
  const comeBack = (back: Back) => client.call('openIdLogin', { body: back });
  async function atProvider(): Promise<Back> {
    const { url } = await client.call('beginOpenIdLogin');
    const page = await (await fetch(url)).text();
    const link = /href="([^"]*)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const granted = await fetch(new URL(link, url), { redirect: 'manual' });
    const location = new URL(granted.headers.get('location') ?? '');
    expect(location.href).toContain(redirectUri);
    return Object.fromEntries(location.searchParams) as unknown as Back;
  }
  return { client, atProvider, comeBack, login: async () => comeBack(await atProvider()) };
}
