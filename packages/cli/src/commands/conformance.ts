import { writeFile } from 'node:fs/promises';
import type { Production } from '@consort/core';
import { termsOfCallers, type CallerTerms } from '@consort/dicom/tables';
import type { TcpServiceSettings } from '@consort/dicom/tcp-service';
import type { Command } from 'commander';
import type { CheckedClaims } from '../conformance/check-claims.ts';
import { conformanceStatement } from '../conformance/statement.ts';
import { exitCodes } from '../exit-code.ts';
import { loadSound } from '../load-sound.ts';
import { locate } from '../location.ts';
import { addTlsOptions, type PeerOptions } from '../send/peer-options.ts';
import { note, print } from '../terminal/print.ts';
import { style } from '../terminal/style.ts';

interface ConformanceOptions extends PeerOptions {
  readonly output?: string;
  readonly check?: true;
}

const help = `
--check asks the production that runs, or one that is started for it beside everything that is there. It proposes every
presentation context that is claimed and those that are not, stores nothing, and leaves refusals in the events.

Examples:
  production conformance -o conformance.md
  production conformance --check`;

/** Adds `production conformance`. */
export function addConformance(program: Command): void {
  const verb = program
    .command('conformance')
    .description('write the DICOM conformance statement of a production (PS3.2), or check it')
    .argument('[file]', 'the production file (default: ./production.yaml)')
    .option('-o, --output <file>', 'write it there instead')
    .option('--check', 'associate with the services, and say where statement and fact differ');
  addTlsOptions(verb)
    .addHelpText('after', help)
    .action(async (file: string | undefined, _options: object, command: Command) => {
      const options = command.optsWithGlobals<ConformanceOptions>();
      const given = file === undefined ? options : { ...options, production: file };
      process.exitCode = await conformance(given);
    });
}

async function conformance(options: ConformanceOptions): Promise<number> {
  const { productionFile } = locate(options);
  const { production } = await loadSound(productionFile);
  const terms = await termsOfServices(production);
  const { output } = options;
  if (output !== undefined || !options.check) {
    const text = conformanceStatement(production, terms);
    if (output === undefined) print(text);
    else {
      await writeFile(output, text);
      note(`${output} has the conformance statement of ${production.name}`);
    }
  }
  if (!options.check) return exitCodes.done;
  // Imported here: a statement needs neither sockets nor Redis.
  const { checkServices } = await import('../conformance/check-services.ts');
  return say(await checkServices(production, terms, options));
}

async function termsOfServices(
  production: Production,
): Promise<ReadonlyMap<string, readonly CallerTerms[]>> {
  const terms = new Map<string, readonly CallerTerms[]>();
  for (const { name, componentName, settings } of production.hosts) {
    if (componentName !== 'dicom.tcp-service') continue;
    const origin = `${name}, settings.presentationContexts`;
    terms.set(name, await termsOfCallers(settings as TcpServiceSettings, origin));
  }
  return terms;
}

function say(checked: readonly CheckedClaims[]): number {
  for (const { service, caller, proposed, differences, notChecked } of checked) {
    const who = `${service} for ${caller}`;
    if (notChecked !== undefined) print(style('yellow', `${who} was not checked: ${notChecked}`));
    else if (differences.length > 0) {
      print(style('red', `${who}: ${differences.length} of ${proposed} contexts are otherwise`));
      for (const difference of differences) print(`  ${difference}`);
    } else print(style('green', `${who}: ${proposed} contexts are as stated`));
  }
  if (checked.length === 0) print('no DICOM service to associate with');
  const isDifferent = checked.some(({ differences }) => differences.length > 0);
  const isProven = checked.some(({ notChecked }) => notChecked === undefined);
  return isDifferent || !isProven ? exitCodes.failed : exitCodes.done;
}
