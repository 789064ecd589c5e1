import type { Command } from 'commander';
import type { DevOptions } from '../dev/dev.ts';
import { locate, type GlobalOptions } from '../location.ts';

const example = `
Example:
  $ production dev
  Edit stamp.ts and save it: only the hosts that run it are started anew, and no message is lost.`;

/** Adds `production dev`. */
export function addDev(program: Command): void {
  program
    .command('dev')
    .description(
      'run a production for its author: what is saved of its file, .env and components goes in at once',
    )
    .argument('[file]', 'the production file (default: ./production.yaml)')
    .option('--redis-url <url>', 'default: a private redis-server, whatever REDIS_URL says')
    .option('--page <address>', 'where the page is served, or off', '127.0.0.1:7070')
    .option('--no-open', 'do not open the page in a browser')
    .addHelpText('after', example)
    .action(async (file: string | undefined, _options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & DevOptions>();
      const { productionFile } = locate(
        file === undefined ? options : { ...options, production: file },
      );
      // Imported here: the reading verbs need neither Redis nor the DICOM library.
      const { dev } = await import('../dev/dev.ts');
      process.exitCode = await dev(productionFile, options);
    });
}
