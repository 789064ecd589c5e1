import { readFileSync, writeFileSync } from 'node:fs';
import { openApi } from './open-api.ts';
import { routeTable, statusTable, withTable } from './route-table.ts';

// Run by hand after a change of the routes or of the statuses; a test compares what it writes.
const docs = new URL('../../../../docs/', import.meta.url);
writeFileSync(new URL('openapi.json', docs), `${JSON.stringify(openApi(), undefined, 2)}\n`);
const page = new URL('api.md', docs);
const text = withTable(readFileSync(page, 'utf8'), 'routes', routeTable());
writeFileSync(page, withTable(text, 'statuses', statusTable()));
