import { defineService, duration, path, target } from '@consort/core';
import { z } from 'zod';
import { fileSpec } from './folder/file-spec.ts';
import { folderDoubts, openFolders } from './folder/folders.ts';
import { watchFolder } from './folder/watch-folder.ts';

const settings = z.object({
  filePath: path({ for: 'writing' }).meta({
    description: 'The folder that is watched; made when its parent exists.',
  }),
  fileSpec: fileSpec().default(['*.dcm']).meta({
    description:
      'Which files: names with * and ?, several with ; between or as a list; upper and lower case are the same.',
  }),
  subdirectoryLevels: z
    .int()
    .min(0)
    .max(32)
    .default(0)
    .meta({ description: 'How many levels of folders below filePath are looked into.' }),
  callInterval: duration()
    .default(5_000)
    .meta({ description: 'How long after a look the next one is taken.' }),
  confirmComplete: z.enum(['size', 'none']).default('size').meta({
    description:
      'When a file is complete: when it has kept size and time for fileAccessTimeout; or at once, for senders that rename finished files into the folder.',
  }),
  fileAccessTimeout: duration()
    .default(2_000)
    .meta({ description: 'How long a file must have kept its size and time to be complete.' }),
  workPath: path({ for: 'writing' }).optional().meta({
    description:
      'Where a file stands while it is taken, on the same file system. Default: .work in filePath.',
  }),
  archivePath: path({ for: 'writing' }).optional().meta({
    description:
      'Where a file goes once its message is on disk, on the same file system. Without it the file is removed.',
  }),
  errorPath: path({ for: 'writing' }).optional().meta({
    description:
      'Where a file goes that cannot be taken, with NAME.reason.txt beside it, on the same file system. Default: errors in filePath.',
  }),
  target: target().meta({ description: 'The process or operation that gets each image.' }),
});

/** The settings of `dicom.file-service`, defaults filled in. */
export type FileServiceSettings = z.output<typeof settings>;

/**
 * `dicom.file-service`: takes DICOM files (PS3.10 section 7) from a folder. Each becomes a `dicom.document` for
 * `target`, as if it had come by C-STORE; its data set is kept byte for byte. A file is put away once its message
 * is on stable storage, and whenever the process is killed: no file is lost, and none becomes two messages.
 */
export default defineService({
  description: 'Takes DICOM files from a folder.',
  settings,
  refuses: {
    poolSize: 'a file service has one watcher, which reads several files at a time by itself',
  },
  check: folderDoubts,

  async onInit(context) {
    return watchFolder(context, await openFolders(context.settings, context.origin));
  },

  async onTearDown(watch, grace) {
    await watch.close(grace);
  },

  describe: (watch) => watch.describe(),
});
