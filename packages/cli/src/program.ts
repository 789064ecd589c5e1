import { Command, Option } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { addCheck } from './commands/check.ts';
import { addEcho } from './commands/echo.ts';
import { addEvents } from './commands/events.ts';
import { addMessages } from './commands/messages.ts';
import { addQueues } from './commands/queues.ts';
import { addSend } from './commands/send.ts';
import { addShow } from './commands/show.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addStop } from './commands/stop.ts';
import { addTrace } from './commands/trace.ts';

const epilogue = `
Exit codes: 0 done, 1 operation failed, 2 usage, 3 production invalid,
4 engine, Redis or store not reachable, 5 not found.`;

/** Builds the `production` command. A mistake on the command line is thrown as a CommanderError. */
export function createProgram(): Command {
  const program = new Command('production')
    .description(
      'Runs and watches a production: the services, processes and operations of one YAML file.',
    )
    .version(packageFile.version)
    .addOption(
      new Option(
        '-p, --production <file>',
        'the production file, or its folder (default: ./production.yaml)',
      ),
    )
    .addOption(
      new Option(
        '--data <directory>',
        'the data directory (default: .consort beside the production file)',
      ).env('CONSORT_DATA'),
    )
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', epilogue)
    .exitOverride();
  for (const add of [
    addStart,
    addStop,
    addCheck,
    addStatus,
    addQueues,
    addMessages,
    addShow,
    addTrace,
    addEvents,
    addSend,
    addEcho,
  ]) {
    add(program);
  }
  return program;
}
