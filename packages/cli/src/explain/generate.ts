import { readFileSync, writeFileSync } from 'node:fs';
import { checkPage } from './check-page.ts';
import { errorRows } from './error-rows.ts';

// Run by hand after a change of docs/errors.md or of a kind of finding; a test compares what it writes.
const docs = new URL('../../../../docs/', import.meta.url);
const rows = errorRows(readFileSync(new URL('errors.md', docs), 'utf8'));
writeFileSync(new URL('./errors.json', import.meta.url), `${JSON.stringify(rows, undefined, 2)}\n`);
const page = new URL('check.md', docs);
writeFileSync(page, checkPage(readFileSync(page, 'utf8')));
