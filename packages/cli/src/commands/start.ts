import { Option, type Command } from 'commander';
import { locate, type GlobalOptions } from '../location.ts';
import type { StartOptions } from '../start.ts';

/** Adds `production start`. */
export function addStart(program: Command): void {
  program
    .command('start')
    .description('run a production in the foreground until Ctrl-C or `production stop`')
    .argument('[file]', 'the production file (default: ./production.yaml)')
    .option('--redis-url <url>', 'default: REDIS_URL, else a private redis-server')
    .option('--page <address>', 'where the page is served, or off', '127.0.0.1:7070')
    .option(
      '--trust-proxy <addresses>',
      'proxies before the page whose X-Forwarded-… headers are believed, with commas (default: none)',
    )
    .addOption(
      new Option('--log <form>', 'form of the log on stderr')
        .choices(['text', 'json'])
        .default('text'),
    )
    .action(async (file: string | undefined, _options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & StartOptions>();
      const { productionFile } = locate(
        file === undefined ? options : { ...options, production: file },
      );
      // Imported here: the reading verbs need neither Redis nor the DICOM library.
      const { start } = await import('../start.ts');
      process.exitCode = await start(productionFile, options);
    });
}
