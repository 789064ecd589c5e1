import { expect, test } from 'vitest';
import { differenceOf } from '../difference.ts';
import { loadText, production } from './production-file.fixture.ts';

const env = { OPENID_SECRET: 'a-secret-of-the-client' };
const right = {
  issuer: 'https://login.example/realms/radiology',
  clientId: 'consort',
  clientSecret: '${OPENID_SECRET}',
  redirectUri: 'https://consort.example/openid',
  roles: '{ readers: [viewer, phi-reader], chiefs: [admin] }',
};

function withOpenId(changes: Readonly<Record<string, string>> = {}): string {
  const keys = Object.entries({ ...right, ...changes }).filter(([, value]) => value !== '');
  return `${production()}openIdConnect:\n${keys.map(([key, value]) => `  ${key}: ${value}\n`).join('')}`;
}

test('a provider is named in the production file, with its secret from the environment', async () => {
  const { production: loaded, shown, source, config } = await loadText(withOpenId(), env);
  expect(shown).toEqual([]);
  expect(loaded?.openIdConnect).toEqual({
    ...right,
    clientSecret: env.OPENID_SECRET,
    label: 'OpenID Connect',
    scope: 'openid profile',
    nameClaim: 'preferred_username',
    rolesClaim: 'groups',
    roles: { readers: ['viewer', 'phi-reader'], chiefs: ['admin'] },
  });
  // What is shown of the file has the rest of it, and not that.
  const told = JSON.stringify([source, config?.()]);
  expect(told).toContain('login.example');
  expect(told).not.toContain(env.OPENID_SECRET);
  const without = await loadText(withOpenId({ clientSecret: '' }), {});
  expect(without.shown).toEqual([]);
});

test.each([
  [{ clientSecret: env.OPENID_SECRET }, /a secret does not stand in this file.*OPENID_SECRET/],
  [{ clientSecret: '${NOT_SET:-in-the-file}' }, /a secret does not stand in this file/],
  [{ issuer: 'http://login.example' }, /begins with https/],
  [{ issuer: 'login.example' }, /begins with https/],
  [{ redirectUri: 'https://consort.example/callback' }, /with \/openid at its end/],
  [{ redirectUri: 'http://consort.example/openid' }, /with \/openid at its end/],
  [{ roles: '{}' }, /name a group/],
  [{ roles: '{ chiefs: [chief] }' }, /admin/],
  [{ roles: '{ chiefs: [] }' }, /roles/],
  [{ scope: 'profile' }, /openid profile/],
  [{ clientID: 'consort' }, /clientID/],
])('%j is a mistake', async (changes, expected) => {
  const { shown, source, production: loaded } = await loadText(withOpenId(changes), env);
  expect(loaded).toBeUndefined();
  expect(shown.join('\n')).toMatch(expected);
  expect(shown.join('\n') + source).not.toContain(env.OPENID_SECRET);
});

test('a difference between two files says that the secret is another one, and not which', async () => {
  const [before, after] = [
    await loadText(withOpenId(), env),
    await loadText(withOpenId(), { OPENID_SECRET: 'another-one-by-now' }),
  ];
  const { keys } = differenceOf(before.production!, after.production!);
  expect(keys).toEqual(['openIdConnect.clientSecret changed']);
});

test('a provider that was not there before is told without its secret', async () => {
  const [before, after] = [await loadText(production()), await loadText(withOpenId(), env)];
  const { keys } = differenceOf(before.production!, after.production!);
  expect(keys.join(' ')).toContain('openIdConnect.issuer');
  expect(keys.join(' ')).not.toContain(env.OPENID_SECRET);
});
