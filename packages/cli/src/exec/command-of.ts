import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EngineError } from '@consort/core';

/** A program with its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * Puts around a command what the system can do for it: setpriv has it killed when its production is gone, however that came
 * about, prlimit sets the limit of its memory.
 * @param memory MB of address space; undefined for no limit
 * @throws EngineError CHILD_NOT_STARTED when there is to be a limit and no prlimit
 */
export async function commandOf(command: Command, memory: number | undefined): Promise<Command> {
  const limited = memory === undefined ? command : await withLimit(command, memory);
  if (!(await canDieWithParent())) return limited;
  return {
    program: 'setpriv',
    args: ['--pdeathsig', 'KILL', '--', limited.program, ...limited.args],
  };
}

async function withLimit({ program, args }: Command, memory: number): Promise<Command> {
  const bytes = memory * 1024 * 1024;
  const there = await run('prlimit', ['--version']).catch(() => undefined);
  if (there) return { program: 'prlimit', args: [`--as=${bytes}`, '--', program, ...args] };
  throw new EngineError(
    'CHILD_NOT_STARTED',
    'memoryLimit needs prlimit, a part of util-linux, which is not installed; install it or leave memoryLimit out',
  );
}

const run = promisify(execFile);
let dying: Promise<boolean> | undefined;

function canDieWithParent(): Promise<boolean> {
  return (dying ??= run('setpriv', ['--help']).then(
    ({ stdout }) => stdout.includes('--pdeathsig'),
    () => false,
  ));
}
