import { expect, test } from 'vitest';
import { loadText, production } from './production-file.fixture.ts';
import { shownSettings } from './shown-settings.ts';

/** The settings of the service, as name, value and source, with another AE title. */
async function shown(localAet: string, env: Record<string, string> = {}) {
  const text = production().replace('IRIS', localAet);
  const { production: loaded } = await loadText(text, env);
  return shownSettings(loaded!.hosts[0]!);
}

test('a setting comes from the environment, from a default in the file, from the file, or from its component', async () => {
  const variable = '"${AET:-IRIS}"';
  const title = async (text: string, env?: Record<string, string>) =>
    (await shown(text, env)).find(({ name }) => name === 'localAet');
  expect(await title(variable, { AET: 'PACS' })).toMatchObject({
    value: 'PACS',
    from: 'environment',
    place: expect.stringMatching(/yaml:5:39$/),
  });
  expect(await title(variable)).toMatchObject({ value: 'IRIS', from: 'file' });
  // What the file says is not changed by a variable it does not name.
  expect(await title('IRIS', { AET: 'PACS' })).toMatchObject({ value: 'IRIS', from: 'file' });
  const timeout = (await shown('IRIS')).find(({ name }) => name === 'responseTimeout');
  expect(timeout).toEqual({ name: 'responseTimeout', value: 8000, from: 'default' });
});

test('a secret is bullets, and what is neither set nor has a default is left out', async () => {
  const settings = await shown('IRIS, password: "${WORD}"', { WORD: 'hunter2' });
  expect(settings.find(({ name }) => name === 'password')).toMatchObject({
    value: '•••',
    from: 'environment',
  });
  expect(JSON.stringify(settings)).not.toContain('hunter2');
  expect((await shown('IRIS')).map(({ name }) => name)).not.toContain('password');
});
