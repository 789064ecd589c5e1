import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { paths } from '../api/paths.ts';
import { openApi } from './open-api.ts';
import { routeTable, statusTable, withTable } from './route-table.ts';

const docs = new URL('../../../../docs/', import.meta.url);
const generate = 'run node packages/dashboard/src/serve/generate.ts';

test('docs/openapi.json is what the table of routes makes', async () => {
  const committed: unknown = JSON.parse(await readFile(new URL('openapi.json', docs), 'utf8'));
  expect(JSON.parse(JSON.stringify(openApi())), generate).toEqual(committed);
});

test('docs/api.md has every route and every status', async () => {
  const page = await readFile(new URL('api.md', docs), 'utf8');
  expect(withTable(page, 'routes', routeTable()), generate).toBe(page);
  expect(withTable(page, 'statuses', statusTable()), generate).toBe(page);
});

test('every reference of the description leads somewhere', () => {
  const description = openApi() as unknown as {
    readonly components: { readonly schemas: object };
    readonly paths: object;
  };
  const text = JSON.stringify(description);
  const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect(description.components.schemas).toHaveProperty(name!);
  expect(text).not.toContain('$defs');
  const routes = Object.values(description.paths).flatMap((methods: object) =>
    Object.keys(methods),
  );
  expect(routes).toHaveLength(Object.keys(paths).length);
});
