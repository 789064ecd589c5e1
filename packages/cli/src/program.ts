import { Command, Option } from 'commander';
import packageFile from '../package.json' with { type: 'json' };

/** What adds some verbs to the program. */
type Adder = (program: Command) => void;

/** Every verb, in the order of the help, and where it is loaded from. */
const adders: readonly (readonly [verbs: readonly string[], load: () => Promise<Adder>])[] = [
  [['init'], async () => (await import('./commands/init.ts')).addInit],
  [['start'], async () => (await import('./commands/start.ts')).addStart],
  [['dev'], async () => (await import('./commands/dev.ts')).addDev],
  [['stop'], async () => (await import('./commands/stop.ts')).addStop],
  [['update'], async () => (await import('./commands/update.ts')).addUpdate],
  [['plan'], async () => (await import('./commands/plan.ts')).addPlan],
  [['check'], async () => (await import('./commands/check.ts')).addCheck],
  [['conformance'], async () => (await import('./commands/conformance.ts')).addConformance],
  [['config'], async () => (await import('./commands/config.ts')).addConfig],
  [['graph'], async () => (await import('./commands/graph.ts')).addGraph],
  [['import-iris'], async () => (await import('./commands/import-iris.ts')).addImportIris],
  [['list'], async () => (await import('./commands/list.ts')).addList],
  [['schema'], async () => (await import('./commands/schema.ts')).addSchema],
  [['settings'], async () => (await import('./commands/settings.ts')).addSettings],
  [['status'], async () => (await import('./commands/status.ts')).addStatus],
  [['associations'], async () => (await import('./commands/associations.ts')).addAssociations],
  [['queues'], async () => (await import('./commands/queues.ts')).addQueues],
  [['messages', 'suspended'], async () => (await import('./commands/messages.ts')).addMessages],
  [['show'], async () => (await import('./commands/show.ts')).addShow],
  [['trace'], async () => (await import('./commands/trace.ts')).addTrace],
  [['events'], async () => (await import('./commands/events.ts')).addEvents],
  [['tail'], async () => (await import('./commands/tail.ts')).addTail],
  [['why'], async () => (await import('./commands/why.ts')).addWhy],
  [['explain'], async () => (await import('./commands/explain.ts')).addExplain],
  [['proof'], async () => (await import('./commands/proof.ts')).addProof],
  [['study'], async () => (await import('./commands/study.ts')).addStudy],
  [['studies'], async () => (await import('./commands/studies.ts')).addStudies],
  [['doctor'], async () => (await import('./commands/doctor.ts')).addDoctor],
  [['send'], async () => (await import('./commands/send.ts')).addSend],
  [['echo'], async () => (await import('./commands/echo.ts')).addEcho],
  [
    ['enable', 'disable', 'start-host', 'stop-host', 'restart'],
    async () => (await import('./commands/host.ts')).addHost,
  ],
  [
    ['resend', 'resubmit', 'discard', 'abort'],
    async () => (await import('./commands/act.ts')).addActs,
  ],
  [['purge'], async () => (await import('./commands/purge.ts')).addPurge],
  [['test'], async () => (await import('./commands/test.ts')).addTest],
  [['drill'], async () => (await import('./commands/drill.ts')).addDrill],
  [['record'], async () => (await import('./commands/record.ts')).addRecord],
  [['test-message'], async () => (await import('./commands/test-message.ts')).addTestMessage],
  [['backup'], async () => (await import('./commands/backup.ts')).addBackup],
  [['restore'], async () => (await import('./commands/restore.ts')).addRestore],
  [['audit'], async () => (await import('./commands/audit.ts')).addAudit],
  [['user'], async () => (await import('./commands/user.ts')).addUser],
  [['token'], async () => (await import('./commands/token.ts')).addToken],
  [['completion'], async () => (await import('./commands/completion.ts')).addCompletion],
  [['version'], async () => (await import('./commands/version.ts')).addVersion],
];

const epilogue = `
Exit codes: 0 done, 1 operation failed, 2 usage, 3 production invalid,
4 engine, Redis or store not reachable, 5 not found.`;

/**
 * Builds the `production` command, with the verbs that are among the words of its command line: the others would be
 * loaded for nothing. Where there is none it has all of them, for the help, and none for the version.
 * A mistake on the command line is thrown as a CommanderError.
 */
export async function createProgram(words: readonly string[]): Promise<Command> {
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
  const asked = adders.filter(([verbs]) => verbs.some((verb) => words.includes(verb)));
  const isVersion = words.length === 1 && ['-V', '--version'].includes(words[0] ?? '');
  const wanted = asked.length > 0 || isVersion ? asked : adders;
  for (const add of await Promise.all(wanted.map(([, load]) => load()))) add(program);
  return program;
}
