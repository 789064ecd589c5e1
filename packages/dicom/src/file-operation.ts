import { readdir, unlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { defineOperation, EngineError, path, type Context, type MessageBody } from '@consort/core';
import { z } from 'zod';
import { fileNameOf, templateMistake } from './file-name.ts';
import { imageOf } from './image-of.ts';
import { openDirectory } from './open-directory.ts';
import { part10Prefix } from './part10/part10-prefix.ts';
import { makeFolders, publish } from './publish-file.ts';
import { writeImage } from './write-image.ts';

const settings = z.object({
  directory: path({ for: 'writing' }).meta({
    description: 'Where the files go; made when its parent exists.',
  }),
  fileName: z
    .string()
    .superRefine((template, context) => {
      const mistake = templateMistake(template);
      if (mistake) context.addIssue({ code: 'custom', message: mistake });
    })
    .optional()
    .meta({
      description:
        'Path below directory, with DICOM keywords in braces, like {StudyInstanceUID}/{SOPInstanceUID}.dcm. Default: the id of the request, unique among productions.',
    }),
  ifExists: z.enum(['unique', 'sameIsDone', 'fail', 'replace']).optional().meta({
    description:
      'A file of the name exists: the same data set is done, and another gets a suffix (unique, sameIsDone) or is an error (fail); or replace. Default: unique, and sameIsDone with fileName.',
  }),
  fileMode: z
    .string()
    .regex(/^0?[0-7]{3}$/, 'a file mode has three octal digits in quotes, like "0640"')
    .default('0640')
    .meta({ description: 'Permissions of the files, octal digits.' }),
});

type Settings = z.output<typeof settings>;

/**
 * `dicom.file-operation`: writes each image as a file (PS3.10 section 7). It is written under a temporary name in
 * its own directory, synced, given its name, and the directory synced: nobody ever sees part of a file, and one
 * that is there survives a power failure. Run again after a crash, it finds its own file and writes no second.
 */
export default defineOperation({
  description: 'Writes each image as a DICOM file in a directory.',
  settings,

  async onInit({ settings: { directory }, production, origin }) {
    await openDirectory(directory, origin('directory'));
    const leftovers = (await readdir(directory)).filter(
      (name) => name.startsWith(`.${production.id}-`) && name.endsWith('.part'),
    );
    await Promise.all(leftovers.map((name) => unlink(join(directory, name))));
    return undefined;
  },

  async onMessage(request, context): Promise<MessageBody> {
    const { directory, fileName, fileMode } = context.settings;
    const { image, document } = imageOf(request, 'written');
    const id = `${context.production.id}-${request.header.id}`;
    const target = join(directory, fileName ? fileNameOf(fileName, image) : `${id}.dcm`);
    const temporary = join(dirname(target), `.${id}.part`);
    try {
      await makeFolders(directory, target);
      const prefix = part10Prefix({
        sopClassUid: document.sopClassUid,
        sopInstanceUid: image.command.affectedSopInstanceUid ?? '',
        transferSyntaxUid: document.transferSyntaxUid,
        sourceAeTitle: request.header.arrival?.callingAeTitle,
      });
      const file = await writeImage(
        temporary,
        Number.parseInt(fileMode, 8),
        prefix,
        document,
        context.documents,
      );
      const ifExists = context.settings.ifExists ?? (fileName ? 'sameIsDone' : 'unique');
      const [{ path: published, alreadyThere, isSuffixed }] = await Promise.all([
        publish(temporary, target, document.digest, ifExists),
        file.close(),
      ]);
      const size = prefix.length + document.size;
      if (isSuffixed && !alreadyThere) warnOfOther(context);
      context.delivered({
        peer: `file:${relative(directory, published)}`,
        status: 'written',
        digest: document.digest,
        size: document.size,
      });
      return { type: 'dicom.file', path: published, size, digest: document.digest, alreadyThere };
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw named(error, directory);
    }
  },
});

function warnOfOther({ log, settings: { directory } }: Context<Settings>): void {
  log({
    type: 'Warning',
    code: 'FILE_EXISTS',
    text: `a file of that name with another data set is in ${directory}; this one got a suffix`,
  });
}

/** What the file system said, with a code of ours; the operation may try again. Never a file's name: it can hold UIDs. */
function named(error: unknown, directory: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof EngineError || typeof code !== 'string') return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new EngineError('DISK_FULL', `no space left in ${directory}; make room there`);
  }
  if (code === 'ENOENT') {
    return new EngineError('DIRECTORY_MISSING', `${directory} is gone; mkdir -p ${directory}`);
  }
  return new EngineError('FILE_NOT_WRITTEN', `cannot write to ${directory}: ${code}`);
}
