import type { Command } from 'commander';
import type { ExaminationOptions } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { exitCodes } from '../exit-code.ts';
import type { Output } from '../json/outputs.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { print, printJson } from '../terminal/print.ts';
import { style } from '../terminal/style.ts';
import { padEnd } from '../terminal/width.ts';

/** Adds `production doctor`. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'look at everything the production stands on: its file, Redis, ports, certificates, disks, clock, record and documents',
    )
    .option('--deep', 'read every document and compare its digest')
    .option('--redis-url <url>', 'default: REDIS_URL, else the one the production has started')
    .option('--json', 'print JSON')
    .action(async (_options: object, command: Command) => {
      process.exitCode = await doctor(command.optsWithGlobals());
    });
}

async function doctor(
  options: GlobalOptions & ExaminationOptions & { readonly json?: true },
): Promise<number> {
  // Imported here: the reading verbs need neither Redis nor the DICOM library.
  const { examine } = await import('../doctor/examine.ts');
  const findings = await examine(locate(options), options);
  const problems = findings.filter(({ severity }) => severity === 'problem').length;
  if (options.json) {
    printJson({ isHealthy: problems === 0, findings: [...findings] } satisfies Output<'doctor'>);
  } else {
    print([...findings.map(drawFinding), verdict(findings)].join('\n'));
  }
  return problems === 0 ? exitCodes.done : exitCodes.failed;
}

const colours = { fine: 'green', warning: 'yellow', problem: 'red' } as const;

function drawFinding({ check, severity, text, meaning, remedy }: Finding): string {
  const label = (words: string) => `  ${padEnd(words, 7)} ${padEnd('', 15)} `;
  return [
    `${style(colours[severity], padEnd(severity, 8))}  ${padEnd(check, 15)} ${text}`,
    ...(meaning === undefined ? [] : [`${label('means')}${meaning}`]),
    ...(remedy === undefined ? [] : [`${label('do')}${remedy}`]),
  ].join('\n');
}

function verdict(findings: readonly Finding[]): string {
  const count = (wanted: Finding['severity'], noun: string) => {
    const number = findings.filter(({ severity }) => severity === wanted).length;
    return number === 0 ? [] : [`${number} ${noun}${number === 1 ? '' : 's'}`];
  };
  const words = [...count('problem', 'problem'), ...count('warning', 'warning')];
  if (words.length === 0) return style('green', 'nothing is wrong');
  return style(words[0]?.includes('problem') ? 'red' : 'yellow', words.join(', '));
}
