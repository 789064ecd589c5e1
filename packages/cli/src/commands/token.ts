import { createToken, readUsers, revokeToken, usersFile } from '@consort/dashboard/users';
import type { Command } from 'commander';
import { makeDataDirectory } from '../data-directory.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { note, print } from '../terminal/print.ts';
import { drawTable } from '../terminal/table.ts';
import { wholeNumber } from './number.ts';
import { rolesOf } from './roles.ts';

/** Adds `production token create`, `list` and `revoke`: what programs call the API with. */
export function addToken(program: Command): void {
  const token = program.command('token').description('tokens by which programs call the API');
  token
    .command('create <name>')
    .description('make a token and print it; it cannot be shown again')
    .requiredOption('--role <roles...>', 'viewer, operator, phi-reader, admin; several with spaces')
    .option('--days <count>', 'days it is good for, at most 366', wholeNumber, 90)
    .action(async (name: string, _options: object, command: Command) => {
      await create(name, command.optsWithGlobals());
    });
  token
    .command('list')
    .description('list the tokens, without what they are')
    .action(async (_options: object, command: Command) => {
      const { tokens } = await readUsers(fileOf(command.optsWithGlobals()));
      if (tokens.length === 0) note('no tokens');
      else print(drawTable(columns, tokens));
    });
  token
    .command('revoke <id>')
    .description('revoke a token, by the number that list shows')
    .action(async (id: string, _options: object, command: Command) => {
      await revokeToken(fileOf(command.optsWithGlobals()), id);
      note(`token ${id} is revoked`);
    });
}

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly expiresAt: string;
}

const columns = [
  { head: 'Id', cell: ({ id }: Listed) => id },
  { head: 'Name', cell: ({ name }: Listed) => name },
  { head: 'Roles', cell: ({ roles }: Listed) => roles.join(', ') },
  { head: 'Good until', cell: ({ expiresAt }: Listed) => expiresAt },
];

interface CreateOptions extends GlobalOptions {
  readonly role: readonly string[];
  readonly days: number;
}

async function create(name: string, options: CreateOptions): Promise<void> {
  const { dataDirectory } = locate(options);
  makeDataDirectory(dataDirectory);
  const wanted = { name, roles: rolesOf(options.role), days: options.days };
  const { token, id, expiresAt } = await createToken(usersFile(dataDirectory), wanted);
  print(token);
  note(`token ${id} is good until ${expiresAt}; it is shown this once`);
}

function fileOf(options: GlobalOptions): string {
  return usersFile(locate(options).dataDirectory);
}
