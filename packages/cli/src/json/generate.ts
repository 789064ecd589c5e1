import { writeFileSync } from 'node:fs';
import { scenarioSchema } from '../scenarios/scenario-keys.ts';
import { jsonSchema } from './json-schema.ts';

// Run by hand after a change of `outputs.ts` or `scenario-keys.ts`, then prettier on the files; tests compare them.
write('cli-json.schema.json', jsonSchema());
write('scenario.schema.json', scenarioSchema());

function write(name: string, schema: Record<string, unknown>): void {
  const file = new URL(`../../../../docs/${name}`, import.meta.url);
  writeFileSync(file, `${JSON.stringify(schema, undefined, 2)}\n`);
}
