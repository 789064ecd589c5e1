import { z } from 'zod';

const time = z.iso.datetime().describe('ISO 8601, UTC');

const backedUp = {
  directory: z.string(),
  backup: z.string().describe('Its name in the directory: when it was taken'),
  takenAt: time,
  production: z.object({ id: z.string(), name: z.string().exactOptional() }),
  schema: z.string().describe('The last step of the schema of its record'),
  messages: z.int(),
  unfinished: z.int().describe('Messages that go on after a restore'),
  documents: z.object({
    count: z.int(),
    bytes: z.int(),
    copied: z.int().describe('How many of them were not there yet'),
    copiedBytes: z.int(),
  }),
  lacking: z
    .array(z.object({ digest: z.string(), reason: z.enum(['missing', 'damaged']) }))
    .describe('Documents that messages name and that are not in it'),
};

/** What `production backup` prints. */
export const backupJson = z.object({
  ...backedUp,
  removed: z.object({ backups: z.int(), documents: z.int() }).describe('Of the oldest'),
  notRemoved: z.string().exactOptional().describe('Why older backups could not be removed'),
});

/** What `production restore` prints. */
export const restoreJson = z.object({
  ...backedUp,
  restoredTo: z.string().exactOptional().describe('The data directory; absent under --dry-run'),
  replaced: z.string().exactOptional().describe('Where the record that was there is now'),
});
