import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { requestControl } from '../control.ts';
import type { Output } from '../json/outputs.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { note, printJson } from '../terminal/print.ts';

/** Milliseconds: what is under way at the host may take 10 s of them. */
const patience = 60_000;

const verbs = {
  enable: 'enable a host that was disabled: it starts and takes up what waits',
  disable: 'disable a host until it is enabled, through restarts too; its queue goes on filling',
  'start-host': 'start a host that was stopped',
  'stop-host': 'stop a host until the next start; its queue goes on filling',
  restart: 'stop a host and start it again',
} as const;

/** Adds `production enable`, `disable`, `start-host`, `stop-host` and `restart`. */
export function addHost(program: Command): void {
  for (const [verb, description] of Object.entries(verbs)) {
    const command = program.command(`${verb} <host>`).description(description);
    if (verb === 'disable') command.option('--reason <text>', 'why, for whoever looks later');
    command.option('--json', 'print JSON');
    command.action(async (name: string, _options: object, given: Command) => {
      await change(verb.replace('-host', ''), name, given.optsWithGlobals());
    });
  }
}

async function change(
  verb: string,
  name: string,
  options: GlobalOptions & { readonly reason?: string; readonly json?: true },
): Promise<void> {
  const { dataDirectory } = locate(options);
  const { reason } = options;
  const asked = { change: verb, name, by: operator(), ...(reason ? { reason } : {}) };
  await requestControl(dataDirectory, 'host', asked, patience);
  const ends: Readonly<Record<string, 'stopped' | 'disabled'>> = {
    stop: 'stopped',
    disable: 'disabled',
  };
  const status = ends[verb] ?? 'running';
  if (options.json) printJson({ name, status } satisfies Output<'host'>);
  else note(`${name} is ${status}`);
}

/** Who is at the terminal, for the record. */
export function operator(): string {
  return process.env['SUDO_USER'] ?? userInfo().username;
}
