import type { Command } from 'commander';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { print, printJson } from '../terminal/print.ts';
import { readCircumstances } from '../why/circumstances.ts';
import { drawReasons } from '../why/draw-reasons.ts';
import { findLegs } from '../why/find-legs.ts';
import { reasonLegs } from '../why/reason-legs.ts';

/** Adds `production why`. */
export function addWhy(program: Command): void {
  program
    .command('why')
    .description('say of each leg in one sentence what happened and what it waits for')
    .argument(
      '<name>',
      'number of a message, or an accession number, a Study or a SOP Instance UID; message:N and accession:N where it could be both',
    )
    .option('--json', 'print JSON')
    .action(async (name: string, _options: object, command: Command) => {
      await why(name, command.optsWithGlobals());
    });
}

async function why(name: string, options: GlobalOptions & { readonly json?: true }): Promise<void> {
  const now = new Date();
  const { images, reasons } = await readRecord(options, async (reader, location) => {
    const asked = await findLegs(reader, name);
    const circumstances = await readCircumstances(reader, location, asked.legs, now);
    return { images: asked.images, reasons: reasonLegs(asked.legs, circumstances) };
  });
  if (!options.json) {
    print(drawReasons(reasons, images));
    return;
  }
  printJson({
    ...(images ? { images } : {}),
    legs: reasons.map(({ header, reason }) => ({
      messageId: header.id,
      sessionId: header.sessionId,
      type: header.type,
      source: header.sourceConfigName,
      target: header.targetConfigName,
      status: header.status,
      ...reason,
    })),
  } satisfies Output<'why'>);
}
