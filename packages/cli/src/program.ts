import { Command, Option } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { addActs } from './commands/act.ts';
import { addAssociations } from './commands/associations.ts';
import { addAudit } from './commands/audit.ts';
import { addBackup } from './commands/backup.ts';
import { addCheck } from './commands/check.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEcho } from './commands/echo.ts';
import { addEvents } from './commands/events.ts';
import { addExplain } from './commands/explain.ts';
import { addHost } from './commands/host.ts';
import { addMessages } from './commands/messages.ts';
import { addProof } from './commands/proof.ts';
import { addPurge } from './commands/purge.ts';
import { addQueues } from './commands/queues.ts';
import { addRestore } from './commands/restore.ts';
import { addSend } from './commands/send.ts';
import { addSettings } from './commands/settings.ts';
import { addShow } from './commands/show.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addStop } from './commands/stop.ts';
import { addStudies } from './commands/studies.ts';
import { addStudy } from './commands/study.ts';
import { addTail } from './commands/tail.ts';
import { addTestMessage } from './commands/test-message.ts';
import { addToken } from './commands/token.ts';
import { addTrace } from './commands/trace.ts';
import { addUpdate } from './commands/update.ts';
import { addUser } from './commands/user.ts';
import { addWhy } from './commands/why.ts';

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
    addUpdate,
    addCheck,
    addSettings,
    addStatus,
    addAssociations,
    addQueues,
    addMessages,
    addShow,
    addTrace,
    addEvents,
    addTail,
    addWhy,
    addExplain,
    addProof,
    addStudy,
    addStudies,
    addDoctor,
    addSend,
    addEcho,
    addHost,
    addActs,
    addPurge,
    addTestMessage,
    addBackup,
    addRestore,
    addAudit,
    addUser,
    addToken,
  ]) {
    add(program);
  }
  return program;
}
