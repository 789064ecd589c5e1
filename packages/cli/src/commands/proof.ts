import type { Command } from 'commander';
import { exitCodes } from '../exit-code.ts';
import { chainOf, type Chain } from '../images/chain.ts';
import { drawChain } from '../images/draw-chain.ts';
import { findImages } from '../images/find-images.ts';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { print, printJson } from '../terminal/print.ts';
import { style } from '../terminal/style.ts';

/** Adds `production proof`. */
export function addProof(program: Command): void {
  program
    .command('proof')
    .description(
      'prove image by image what came from whom and where it went; says what is missing, and fails then (may hold patient data)',
    )
    .argument('<name>', 'an accession number, a Study or a SOP Instance UID')
    .option('--json', 'print JSON')
    .action(async (name: string, _options: object, command: Command) => {
      process.exitCode = await proof(name, command.optsWithGlobals());
    });
}

async function proof(
  name: string,
  options: GlobalOptions & { readonly json?: true },
): Promise<number> {
  const chains = await readRecord(options, async (reader) => {
    const { images } = await findImages(reader, name);
    return Promise.all(
      images.map(async (image) => chainOf(image, await reader.legs(image.messageId))),
    );
  });
  const proven = chains.filter(({ holes }) => holes.length === 0).length;
  if (options.json) printJson(proofJson(chains, proven));
  else print([...chains.map(drawChain), verdict(chains.length, proven)].join('\n'));
  return proven === chains.length ? exitCodes.done : exitCodes.failed;
}

function proofJson(chains: readonly Chain[], proven: number): Output<'proof'> {
  return {
    received: chains.length,
    proven,
    images: chains.map(({ image, legs, delivered, holes, remarks }) => ({
      ...image,
      isProven: holes.length === 0,
      legs: legs.map(({ header, document }) => ({
        messageId: header.id,
        sessionId: header.sessionId,
        type: header.type,
        source: header.sourceConfigName,
        target: header.targetConfigName,
        status: header.status,
        ...(header.timeProcessed ? { timeProcessed: header.timeProcessed } : {}),
        ...(document ? { digest: document.digest } : {}),
      })),
      delivered: [...delivered],
      holes: [...holes],
      remarks: [...remarks],
    })),
  };
}

function verdict(received: number, proven: number): string {
  const words = `${proven} of ${received} ${received === 1 ? 'reception' : 'receptions'} proven`;
  return style(proven === received ? 'green' : 'red', words);
}
