import { readFileSync, writeFileSync } from 'node:fs';
import { mappingPage } from './mapping-page.ts';

// Run by hand after a change of the rows; a test compares what it writes.
const page = new URL('../../../../docs/coming-from-iris.md', import.meta.url);
writeFileSync(page, mappingPage(readFileSync(page, 'utf8')));
