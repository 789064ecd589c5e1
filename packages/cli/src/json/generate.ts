import { writeFileSync } from 'node:fs';
import { jsonSchema } from './json-schema.ts';

// Run by hand after a change of `outputs.ts`; a test compares the committed file with it.
const file = new URL('../../../../docs/cli-json.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(jsonSchema(), undefined, 2)}\n`);
