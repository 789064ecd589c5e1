import { join } from 'node:path';
import { EngineError } from '@consort/core';
import { openDocumentStore } from '@consort/store';
import type { Command } from 'commander';
import { loadVersion } from '../load-version.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { recordScenario } from '../recording/record-scenario.ts';
import { note, print } from '../terminal/print.ts';
import { numberOr } from './number.ts';

interface RecordOptions extends GlobalOptions {
  readonly out: string;
  readonly keepPixelData?: true;
}

const help = `
The image in the scenario is a new one. Of the old one it keeps numbers that describe its pixels and its geometry, and
words that the standard defines; patient, accession number, UIDs and dates are replaced; everything else is left out:
all other texts, all sequences, all private elements (PS3.15 annex E). Pixel data becomes a pattern of the same shape.

With --keep-pixel-data the image keeps its own, which may show a face or have a name burned in. Look at it first.

Example:
  production record last -o scenarios && production test scenarios`;

/** Adds `production record`. */
export function addRecord(program: Command): void {
  program
    .command('record')
    .description('make a scenario for production test of a session, with an image of nobody')
    .argument('<session>', 'number of the session (or of any of its messages), or last')
    .option('-o, --out <folder>', 'where the scenario and its image go', '.')
    .option('--keep-pixel-data', 'keep the pixel data, which may show who the patient is')
    .addHelpText('after', help)
    .action(async (session: string, _options: object, command: Command) => {
      await record(numberOr(session, 'last'), command.optsWithGlobals());
    });
}

async function record(which: number | 'last', options: RecordOptions): Promise<void> {
  const { productionFile, dataDirectory } = locate(options);
  const { production } = await loadVersion(productionFile, process.env, 'nothing was recorded');
  const documents = await openDocumentStore(join(dataDirectory, 'documents'));
  try {
    const messages = await readRecord(options, async (reader) => {
      const asked = which === 'last' ? await reader.lastSession() : which;
      const id = asked === undefined ? undefined : (await reader.message(asked))?.header.sessionId;
      if (id === undefined) {
        throw new EngineError(
          'NOT_FOUND',
          `there is no session ${asked ?? 'yet'}; production messages lists the sessions`,
        );
      }
      return reader.session(id);
    });
    const { file, image } = await recordScenario({
      messages,
      production,
      documents,
      folder: options.out,
      pixels: options.keepPixelData ? 'own' : 'pattern',
    });
    print(`${file}\n${image}`);
    if (options.keepPixelData)
      note('its pixel data is the original: look at it before you pass it on');
    note(`production test ${file} runs it`);
  } finally {
    await documents.close();
  }
}
