import { EngineError } from '@consort/core';
import {
  changeUsers,
  putUser,
  readUsers,
  removeUser,
  usersFile,
  withLock,
  withoutLock,
  withRoles,
} from '@consort/dashboard/users';
import type { Command } from 'commander';
import { text } from 'node:stream/consumers';
import { makeDataDirectory } from '../data-directory.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { note, print } from '../terminal/print.ts';
import { drawTable } from '../terminal/table.ts';
import { rolesOf } from './roles.ts';

/** Adds `production user add`, `list`, `lock`, `remove`, `roles` and `unlock`: who may log in on the page. */
export function addUser(program: Command): void {
  const user = program.command('user').description('who may log in on the page');
  user
    .command('add <name>')
    .description('add a user, or give one another password; the password is read from stdin')
    .requiredOption('--role <roles...>', 'viewer, operator, phi-reader, admin; several with spaces')
    .action(async (name: string, _options: object, command: Command) => {
      await add(name, command.optsWithGlobals());
    });
  user
    .command('list')
    .description('list the users with their roles')
    .action(async (_options: object, command: Command) => {
      const { users } = await readUsers(fileOf(command.optsWithGlobals()));
      if (users.length === 0)
        note('no users: nobody has to log in, and the page is served to this machine alone');
      else print(drawTable(columns, users));
    });
  user
    .command('lock <name>')
    .description('keep a user out until he is unlocked; his sessions end at once')
    .action(async (name: string, _options: object, command: Command) => {
      await changeUsers(fileOf(command.optsWithGlobals()), withLock(name));
      note(`${name} is locked`);
    });
  user
    .command('remove <name>')
    .description('remove a user; his sessions end at once')
    .action(async (name: string, _options: object, command: Command) => {
      await removeUser(fileOf(command.optsWithGlobals()), name);
      note(`${name} is removed`);
    });
  user
    .command('roles <name>')
    .description('give a user other roles')
    .requiredOption('--role <roles...>', 'viewer, operator, phi-reader, admin; several with spaces')
    .action(async (name: string, _options: object, command: Command) => {
      const options = command.optsWithGlobals<AddOptions>();
      const roles = rolesOf(options.role);
      await changeUsers(fileOf(options), withRoles(name, roles));
      note(`${name} has the roles ${roles.join(', ')}`);
    });
  user
    .command('unlock <name>')
    .description('let a locked user log in again, with the password he had')
    .action(async (name: string, _options: object, command: Command) => {
      await changeUsers(fileOf(command.optsWithGlobals()), withoutLock(name));
      note(`${name} may log in again`);
    });
}

const columns = [
  { head: 'User', cell: ({ name }: { name: string }) => name },
  { head: 'Roles', cell: ({ roles }: { roles: readonly string[] }) => roles.join(', ') },
  { head: '', cell: ({ isLocked }: { isLocked?: boolean }) => (isLocked ? 'locked' : '') },
];

interface AddOptions extends GlobalOptions {
  readonly role: readonly string[];
}

async function add(name: string, options: AddOptions): Promise<void> {
  const { dataDirectory } = locate(options);
  const roles = rolesOf(options.role);
  if (process.stdin.isTTY) note('The password, then Enter and Ctrl-D; it is shown as you type:');
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (password === '') throw new EngineError('USAGE', 'there was no password on stdin');
  makeDataDirectory(dataDirectory);
  await putUser(usersFile(dataDirectory), { name, password, roles });
  note(
    `${name} may log in as ${roles.join(', ')}; a production that runs asks for a login from its next start on`,
  );
}

function fileOf(options: GlobalOptions): string {
  return usersFile(locate(options).dataDirectory);
}
