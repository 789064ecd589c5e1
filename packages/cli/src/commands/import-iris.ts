import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '@consort/core';
import type { Command } from 'commander';
import { drawReport } from '../iris/draw-report.ts';
import { mapProduction } from '../iris/map-production.ts';
import { readExport } from '../iris/read-export.ts';
import { readProduction } from '../iris/read-production.ts';
import { writeProduction } from '../iris/write-production.ts';
import { print } from '../terminal/print.ts';
import { screen } from '../terminal/screen.ts';

interface ImportOptions {
  readonly associations?: string;
  readonly output: string;
}

const help = `
It writes production.yaml, with a comment on each thing that is to do or was left out. A list of associations is what
IRIS imports on its DICOM settings: a line abstract\\transfer for each.

Example:
  production import-iris Demo.DICOM.Production.cls --associations associations.txt -o demo`;

/** Adds `production import-iris`. */
export function addImportIris(program: Command): void {
  program
    .command('import-iris')
    .description('make a production file of a production of InterSystems IRIS')
    .argument('<file>', 'its class as source (.cls), or an XML export with it')
    .option('--associations <file>', 'what its DICOM services accept: a list as IRIS imports it')
    .option('-o, --output <folder>', 'where production.yaml goes; made when it is not there', '.')
    .addHelpText('after', help)
    .action(async (file: string, _options: object, command: Command) => {
      await importIris(file, command.optsWithGlobals());
    });
}

async function importIris(file: string, { associations, output }: ImportOptions): Promise<void> {
  const read = await readExport(file);
  const contexts =
    associations === undefined
      ? undefined
      : await (await import('../iris/contexts-of.ts')).readContexts(associations);
  const mapped = mapProduction(readProduction(read.definition), read, contexts);
  const written = join(output, 'production.yaml');
  await mkdir(output, { recursive: true });
  await writeFile(written, writeProduction(mapped), { flag: 'wx' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const text = `${written} is there already and is not replaced; name another folder with --output`;
    throw new EngineError('USAGE', text);
  });
  print(drawReport(mapped, written, screen().width));
}
