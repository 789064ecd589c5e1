import { EngineError, type Host } from '@consort/core';
import type { Command } from 'commander';
import { drawCode, explainCode, isCode } from '../explain/explain-code.ts';
import { drawExplanation } from '../explain/draw-explanation.ts';
import { explainFile } from '../explain/explain-file.ts';
import type { Output } from '../json/outputs.ts';
import { loadSound } from '../load-sound.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { print, printJson } from '../terminal/print.ts';
import { pointInTime } from './point-in-time.ts';

interface ExplainOptions extends GlobalOptions {
  readonly from?: string;
  readonly to?: string;
  readonly address?: string;
  readonly at?: string;
  readonly json?: true;
}

/** Adds `production explain`. */
export function addExplain(program: Command): void {
  program
    .command('explain')
    .description(
      'say what a CODE of check or of an error means, or which rules of the routers would take a FILE, and why',
    )
    .argument(
      '<codes or files...>',
      'codes like TARGET_MISSING; or DICOM files: what their rules ask about is printed, which may be patient data',
    )
    .option('--from <aet>', 'as if it came from this calling AE title')
    .option('--to <aet>', 'as if it came for this called AE title')
    .option('--address <address>', 'as if it came from this address')
    .option('--at <time>', 'as if it came then: 2026-08-25T02:00, or how long ago, 10m')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (given: string[], _options: object, command: Command) => {
      const options = command.optsWithGlobals<ExplainOptions>();
      if (given.every(isCode)) explainCodes(given, options);
      else await explain(given, options);
    });
}

const examples = `
Examples:
  production explain TARGET_MISSING
  production explain image.dcm --from CT1`;

function explainCodes(given: readonly string[], { json }: ExplainOptions): void {
  const codes = given.map(explainCode);
  if (json) printJson({ explanations: [], codes } satisfies Output<'explain'>);
  else print(codes.map(drawCode).join('\n\n'));
}

async function explain(files: readonly string[], options: ExplainOptions): Promise<void> {
  const routers = await routersOf(options);
  const now = new Date();
  const circumstances = {
    callingAeTitle: options.from ?? '',
    calledAeTitle: options.to ?? '',
    peerAddress: options.address ?? '',
    now: options.at === undefined ? now : new Date(pointInTime('--at', options.at, now)),
  };
  const explanations: Output<'explain'>['explanations'] = [];
  for (const file of files)
    for (const router of routers) explanations.push(await explainFile(file, router, circumstances));
  if (options.json) printJson({ explanations } satisfies Output<'explain'>);
  else print(explanations.map(drawExplanation).join('\n\n'));
}

async function routersOf(options: GlobalOptions): Promise<readonly Host[]> {
  const { productionFile } = locate(options);
  const { production } = await loadSound(productionFile);
  const routers = production.hosts.filter(({ componentName }) => componentName === 'dicom.router');
  if (routers.length > 0) return routers;
  throw new EngineError(
    'NOT_FOUND',
    `${production.name} has no process of the component dicom.router, so no rules to explain`,
  );
}
