import { writeFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { hostGraph } from '../graph/host-graph.ts';
import { loadSound } from '../load-sound.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { note, print } from '../terminal/print.ts';

interface GraphOptions extends GlobalOptions {
  readonly format?: 'mermaid' | 'svg';
  readonly output?: string;
}

/** Adds `production graph`. */
export function addGraph(program: Command): void {
  program
    .command('graph')
    .description('draw the hosts of the production file and what they send to')
    .addOption(
      new Option(
        '--format <format>',
        'default: svg for an output that ends in .svg, else mermaid',
      ).choices(['mermaid', 'svg']),
    )
    .option('-o, --output <file>', 'write it there instead')
    .addHelpText('after', '\nExample:\n  production graph -o production.svg')
    .action(async (_options: object, command: Command) => {
      await graph(command.optsWithGlobals());
    });
}

async function graph({ format, output, ...options }: GraphOptions): Promise<void> {
  const { productionFile: file } = locate(options);
  const { production } = await loadSound(file);
  const isSvg = format === undefined ? output?.endsWith('.svg') : format === 'svg';
  // Imported here: Mermaid needs no layout.
  const draw = isSvg
    ? (await import('../graph/draw-svg.ts')).drawSvg
    : (await import('../graph/draw-mermaid.ts')).drawMermaid;
  const text = draw(hostGraph(production));
  if (output === undefined) {
    print(text);
    return;
  }
  await writeFile(output, `${text}\n`);
  note(`${output} has ${production.hosts.length} hosts`);
}
