import { createToken, putUser, usersFile } from '@consort/dashboard/users';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { startProvider, type Provider } from '../open-id/provider.ts';
import { faults, faultsOfColour, narrow, settled, shoot, wide } from './look.ts';
import { startApp, type RunningApp } from './running-app.ts';
import { stands } from './stands.ts';

const password = 'correct horse battery';
const other = 'staple correct horse';

/** Every page that is about users; the first one before the login. */
const pages = [
  ['sign-in', '/', ''],
  ['users', '/users', 'root'],
  ['tokens', '/tokens', 'root'],
  ['account', '/account', 'root'],
] as const;

/** Generous: the machine may be busy with other tests. Milliseconds. */
const patience = 60_000;

describeWith(['redis', 'chromium'], 'users in a browser', () => {
  let app: RunningApp;
  let provider: Provider;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    provider = await startProvider(() => `${app?.url ?? ''}/openid`);
    app = await startApp({
      async prepare(data) {
        const file = usersFile(data);
        await putUser(file, { name: 'root', password, roles: ['admin'] });
        await putUser(file, { name: 'bert', password, roles: ['viewer', 'operator'] });
        await createToken(file, { name: 'monitoring', roles: ['viewer'], days: 90 });
      },
      change: (file, url) => `${file}${openIdConnect(provider, url)}`,
      env: { OPENID_SECRET: provider.clientSecret },
    });
  }, 240_000);

  afterAll(async () => {
    await app?.[Symbol.asyncDispose]();
    await provider?.[Symbol.asyncDispose]();
  }, 120_000);

  beforeEach(async () => {
    complaints = [];
    [context, page] = await open();
  });

  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  async function open(): Promise<[BrowserContext, Page]> {
    const opened = await app.browser.newContext({ viewport: wide, colorScheme: 'light' });
    const first = await opened.newPage();
    first.setDefaultTimeout(patience);
    first.on('pageerror', (error) => complaints.push(error.message));
    first.on('console', (message) => {
      if (/Content Security Policy|Warning:|React/.test(message.text()))
        complaints.push(message.text());
    });
    return [opened, first];
  }

  async function login(on: Page, name: string, given = password): Promise<void> {
    await on.getByLabel('Name', { exact: true }).fill(name);
    await on.getByLabel('Password', { exact: true }).fill(given);
    await on.getByRole('button', { name: 'Log in', exact: true }).click();
  }

  it('lets in whoever has the password, to the page he wanted, and nobody else', async () => {
    await page.goto(`${app.url}/users`);
    await login(page, 'root', 'not the password');
    await stands(page.getByRole('alert'), 'LOGIN_FAILED');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Password', { exact: true }).waitFor();
  });

  it('adds a user, who sees no more than he may, gives him other roles and locks him out', async () => {
    await page.goto(`${app.url}/users`);
    await login(page, 'root');
    await page.getByRole('button', { name: 'Add a user…' }).click();
    const adding = page.getByRole('dialog', { name: 'Add a user' });
    await adding.getByLabel(/^Name/).fill('anna');
    await adding.getByLabel(/^First password/).fill(password);
    await adding.getByRole('button', { name: 'Add', exact: true }).click();
    const row = page.getByRole('row', { name: /^anna/ });
    await stands(row, 'viewer');

    const [hers, her] = await open();
    await her.goto(app.url);
    await login(her, 'anna');
    await her.getByRole('link', { name: 'anna' }).waitFor();
    expect(await her.getByRole('link', { name: 'Users' }).count()).toBe(0);

    await row.getByRole('button', { name: 'Roles…' }).click();
    const roles = page.getByRole('dialog', { name: 'Roles of anna' });
    await roles.getByLabel('admin').check();
    await roles.getByRole('button', { name: 'Change roles' }).click();
    await stands(row, 'viewer, admin');
    await her.reload();
    await her.getByRole('link', { name: 'Users' }).waitFor();

    await row.getByRole('button', { name: 'Lock…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Lock', exact: true }).click();
    await stands(row, 'Locked');
    await her.reload();
    await login(her, 'anna');
    await stands(her.getByRole('alert'), 'LOGIN_FAILED');
    await row.getByRole('button', { name: 'Unlock' }).click();
    await stands(row, 'May log in');
    await her.getByRole('button', { name: 'Log in', exact: true }).click();
    await her.getByRole('link', { name: 'Users' }).waitFor();
    await hers.close();

    await row.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await row.waitFor({ state: 'detached' });
    // The one who is left keeps what he is.
    const own = page.getByRole('row', { name: /^root/ });
    await own.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await stands(page.getByRole('alert'), 'LAST_ADMIN');
  });

  it('shows a token once, and revokes it', async () => {
    await page.goto(`${app.url}/tokens`);
    await login(page, 'root');
    await page.getByRole('button', { name: 'Create a token…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create a token' });
    await dialog.getByLabel(/^Name/).fill('nightly');
    await dialog.getByLabel(/^Days/).fill('7');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    const token = await dialog.getByLabel(/^Token/).inputValue();
    const asked = () =>
      fetch(`${app.url}/api/status`, { headers: { authorization: `Bearer ${token}` } });
    expect((await asked()).status).toBe(200);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    const row = page.getByRole('row', { name: /nightly/ });
    await row.waitFor();
    expect(await page.content()).not.toContain(token);
    await row.getByRole('button', { name: 'Revoke…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
    await row.waitFor({ state: 'detached' });
    expect((await asked()).status).toBe(401);
  });

  it('changes one’s own password and ends one’s other sessions', async () => {
    const [elsewhere, there] = await open();
    await there.goto(app.url);
    await login(there, 'root');
    await there.getByRole('link', { name: 'root' }).waitFor();
    await page.goto(app.url);
    await login(page, 'root');
    await page.getByRole('link', { name: 'root' }).click();
    await page.getByRole('button', { name: 'End them' }).click();
    // Those of the tests before may be there still, where they did not log out.
    await stands(page.getByRole('status'), 'ended.');
    await there.reload();
    await there.getByLabel('Password', { exact: true }).waitFor();

    const form = page.getByRole('form', { name: 'Change password' });
    const change = async (from: string, to: string) => {
      await form.getByLabel('Password as it is').fill(from);
      await form.getByLabel(/^New password/).fill(to);
      await Promise.all([
        page.waitForResponse((response) => response.url().endsWith('/api/me/password')),
        form.getByRole('button', { name: 'Change password' }).click(),
      ]);
    };
    await change('not the password', other);
    await stands(page.getByRole('alert'), 'LOGIN_FAILED');
    await change(password, other);
    await stands(form.getByRole('status'), 'Changed');
    await login(there, 'root', other);
    await there.getByRole('link', { name: 'root' }).waitFor();
    await elsewhere.close();
    await change(other, password);
    await page.getByRole('button', { name: 'Log out' }).click();
    await login(page, 'root');
    await page.getByRole('link', { name: 'root' }).waitFor();
  });

  it('logs in by the OpenID provider, to the page that was wanted, and out at both', async () => {
    await page.goto(`${app.url}/messages`);
    await page.getByRole('button', { name: 'Log in with the hospital' }).click();
    await page.getByRole('link', { name: 'Go on as anna' }).click();
    await page.getByRole('heading', { name: 'Messages', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/messages');
    await page.getByRole('link', { name: 'openid:anna' }).click();
    await stands(page.getByRole('main'), 'viewer, phi-reader');
    expect(await page.getByRole('form', { name: 'Change password' }).count()).toBe(0);
    // What is good once is not in the history.
    await page.goBack();
    expect(page.url()).not.toContain('code=');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'You are logged out of everything' }).waitFor();
  });

  it('says why the provider’s word is not enough', async () => {
    provider.wrong = { claims: { groups: ['strangers'] } };
    await page.goto(app.url);
    await page.getByRole('button', { name: 'Log in with the hospital' }).click();
    await page.getByRole('link', { name: 'Go on as anna' }).click();
    await stands(page.getByRole('alert'), 'none of the groups');
    await page.getByRole('button', { name: 'Back to the login' }).click();
    await page.getByLabel('Password', { exact: true }).waitFor();
    provider.wrong = {};
    // As a provider answers where somebody has pressed Cancel (RFC 6749 section 4.1.2.1).
    await page.goto(`${app.url}/openid?error=access_denied&state=x`);
    await stands(page.getByRole('alert'), 'access_denied');
    expect(await faults(page)).toEqual([]);
  });

  it.each(pages)(
    '%s is fit for everybody, light and dark, wide and narrow',
    async (name, path, user) => {
      await page.goto(`${app.url}${path}`);
      await page.getByRole('heading', { name: 'Consort' }).waitFor();
      if (user !== '') await login(page, user);
      await page
        .getByRole('heading', { level: 1 })
        .filter({ hasText: user === '' ? 'Consort' : /^(Users|Tokens|My account)$/ })
        .waitFor();
      await settled(page);
      expect(await faults(page)).toEqual([]);
      await shoot(page, name);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await faultsOfColour(page)).toEqual([]);
      await page.setViewportSize(narrow);
      await page.emulateMedia({ colorScheme: 'light' });
      await settled(page);
      expect(await faults(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      await shoot(page, `${name}-narrow`);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await faultsOfColour(page)).toEqual([]);
    },
  );

  // The last one: nobody logs in from here any more.
  it('says how long whoever has tried too often has to wait', async () => {
    await page.goto(app.url);
    await login(page, 'root', 'not the password');
    const alert = page.getByRole('alert');
    await stands(alert, 'LOGIN_FAILED');
    await expect
      .poll(
        async () => {
          await page.getByRole('button', { name: 'Log in', exact: true }).click();
          return alert.innerText().catch(() => '');
        },
        { timeout: patience },
      )
      .toMatch(/TOO_MANY_REQUESTS[^]*wait \d+ s/);
  });
});

function openIdConnect({ issuer, clientId }: Provider, url: string): string {
  return `
openIdConnect:
  issuer: ${issuer}
  clientId: ${clientId}
  clientSecret: \${OPENID_SECRET}
  redirectUri: ${url}/openid
  label: the hospital
  roles:
    readers: [viewer, phi-reader]
`;
}
