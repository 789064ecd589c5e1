import type { ReceivedImage } from '@consort/core';
import type { Command } from 'commander';
import { drawStudy } from '../images/draw-study.ts';
import { findImages } from '../images/find-images.ts';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { print, printJson } from '../terminal/print.ts';

/** Adds `production study`. */
export function addStudy(program: Command): void {
  program
    .command('study')
    .description('count the images of a study: received, completed, retrying, suspended, failed')
    .argument('<name>', 'an accession number, a Study or a SOP Instance UID')
    .option('--json', 'print JSON')
    .action(async (name: string, _options: object, command: Command) => {
      await study(name, command.optsWithGlobals());
    });
}

async function study(
  name: string,
  options: GlobalOptions & { readonly json?: true },
): Promise<void> {
  const { studies, images } = await readRecord(options, async (reader) => {
    const named = await findImages(reader, name);
    return { studies: await reader.studies(named.filter), images: named.images };
  });
  const duplicates = images.flatMap(duplicatesOf);
  if (options.json) {
    printJson({ studies: [...studies], duplicates } satisfies Output<'study'>);
    return;
  }
  print(studies.map((count) => drawStudy(count, duplicates, new Date())).join('\n\n'));
}

/** Each pair once, said of the later one. */
function duplicatesOf({
  messageId,
  sameAs,
  otherContentIn,
}: ReceivedImage): Output<'study'>['duplicates'] {
  if (sameAs !== undefined) return [{ messageId, kind: 'sentAgain', of: sameAs }];
  if (otherContentIn === undefined || otherContentIn > messageId) return [];
  return [{ messageId, kind: 'otherContent', of: otherContentIn }];
}
