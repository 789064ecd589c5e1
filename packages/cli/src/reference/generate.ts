import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { referencePages } from './reference-pages.ts';

// Run by hand after a change of a setting, a key or a verb; a test has it write elsewhere and compares.
const [folder = fileURLToPath(new URL('../../../../docs/reference', import.meta.url))] =
  process.argv.slice(2);
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(await referencePages()))
  writeFileSync(join(folder, name), text);
