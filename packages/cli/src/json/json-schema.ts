import { z } from 'zod';
import { outputs } from './outputs.ts';

/** The JSON Schema of what each verb prints under `--json`: `#/$defs/status` and so on. */
export function jsonSchema(): Record<string, unknown> {
  const { properties, $defs } = z.toJSONSchema(z.object(outputs), { io: 'input' });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'What `production VERB --json` prints',
    description:
      'One definition per verb. New keys may come; the keys here keep their names and meanings. ' +
      'Generated from packages/cli/src/json/outputs.ts.',
    $defs: { ...properties, ...$defs },
  };
}
