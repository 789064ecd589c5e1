import { duration } from '@consort/core';
import { z } from 'zod';

const status = z
  .string()
  .regex(/^[0-9A-Fa-f]{4}$/, 'a status is four hex digits in quotes, like "0000"')
  .transform((text) => text.toUpperCase());

const answer = z.union([z.enum(['abort', 'refuse', 'silence']), status]).meta({
  description:
    'What the peer does with an image: a status, abort, silence; or refuse, with the association.',
});

const send = z.strictObject({
  send: z.array(z.string()).min(1).meta({ description: 'DICOM files, from the scenario on.' }),
  to: z.string().optional().meta({ description: 'A DICOM service; default: the only one.' }),
  from: z.string().optional().meta({ description: 'The calling AE title; default: one let in.' }),
  as: z.string().optional().meta({ description: 'The called AE title; default: one it goes by.' }),
  statuses: z
    .array(status)
    .optional()
    .meta({ description: 'What each file is answered, in their order.' }),
  refused: z.literal(true).optional().meta({ description: 'The association is refused.' }),
});

const put = z.strictObject({
  put: z.array(z.string()).min(1).meta({ description: 'Files, from the scenario on.' }),
  into: z.string().meta({ description: 'The file service whose folder they are put into.' }),
});

const message = z.strictObject({
  message: z
    .union([z.string(), z.looseObject({ type: z.string() })])
    .meta({ description: 'A body with its type, or a DICOM file.' }),
  to: z.string().meta({ description: 'A process or an operation.' }),
  outcome: z.enum(['answered', 'failed']).default('answered'),
  body: z
    .looseObject({})
    .optional()
    .meta({ description: 'What the body of the response holds, at least.' }),
});

const files = z.strictObject({
  at: z.string().meta({
    description: 'A file operation, whose folder is looked into, or a DICOM operation: its peer.',
  }),
  count: z.int().min(0).optional(),
  elements: z
    .array(z.record(z.string(), z.union([z.string(), z.number(), z.null()])))
    .optional()
    .meta({
      description: 'Data elements by keyword; each entry is another of the files. null: absent.',
    }),
});

const event = z.strictObject({
  type: z.enum(['Info', 'Warning', 'Error', 'Alert', 'Trace']).optional(),
  code: z.string().optional(),
  host: z.string().optional(),
});

/** The keys of a scenario, and what each is for. */
export const scenarioKeys = z.object({
  name: z
    .string()
    .optional()
    .meta({ description: 'What is shown; default: the name of the file.' }),
  production: z
    .string()
    .default('production.yaml')
    .meta({ description: 'The production file, from the scenario on.' }),
  env: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .default({})
    .meta({ description: 'Variables of the production file.' }),
  settings: z
    .record(z.string(), z.looseObject({}))
    .default({})
    .meta({ description: 'Settings that are to be others than in the file, by host.' }),
  peers: z.record(z.string(), z.array(answer).min(1)).default({}).meta({
    description:
      'What stands in for the peer of a DICOM operation, and does with one image after the other.',
  }),
  timeLimit: duration()
    .prefault('2m')
    .meta({ description: 'How long everything may take once the production runs.' }),
  steps: z.array(z.union([send, put, message])).min(1),
  traces: z.array(z.array(z.string())).optional().meta({
    description: 'The legs of each session, in the order they began: A -> B request Completed.',
  }),
  files: z.array(files).default([]),
  events: z.array(event).default([]).meta({ description: 'Events that there are, at least.' }),
  noEvents: z.array(event).default([]).meta({ description: 'Events that there are not.' }),
});

/** A scenario: what comes to a production, and what is to come of it. */
export type Scenario = z.output<typeof scenarioKeys>;

/** The JSON Schema of scenario files, for editors. */
export function scenarioSchema(): Record<string, unknown> {
  return {
    title: 'A scenario of production test',
    ...z.toJSONSchema(scenarioKeys, { io: 'input', unrepresentable: 'any' }),
  };
}
