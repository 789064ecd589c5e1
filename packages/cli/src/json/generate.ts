import { writeFileSync } from 'node:fs';
import { jsonSchema } from './json-schema.ts';

// Run by hand after a change of `outputs.ts`, then prettier on the file; a test compares the two.
const file = new URL('../../../../docs/cli-json.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(jsonSchema(), undefined, 2)}\n`);
