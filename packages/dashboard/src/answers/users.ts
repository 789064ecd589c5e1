import { EngineError } from '@consort/core';
import { createToken as create, revokeToken as revoke } from '../users/change-tokens.ts';
import {
  addUser as add,
  hashNew,
  keepingAnAdmin,
  withLock,
  withoutLock,
  withoutUser,
  withPassword,
  withRoles,
  type Change,
} from '../users/change-users.ts';
import { changeUsers, readUsers, type KnownUser } from '../users/users-file.ts';
import type { Answer, AnswerContext } from './context.ts';

/** Who may log in. */
export const users: Answer<'users'> = async (_asked, context) => {
  const found = await readUsers(fileOf(context));
  return { users: found.users.map(shownUser).toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
};

/** Adds one. */
export const addUser: Answer<'addUser'> = async ({ body }, context) => {
  await add(fileOf(context), body);
  return shownUser(body);
};

/** Gives one other roles. */
export const changeRoles: Answer<'changeRoles'> = ({ params: { name }, body }, context) =>
  change(name, withRoles(name, body.roles), context);

/** Gives one another password. */
export const resetPassword: Answer<'resetPassword'> = async ({ params, body }, context) =>
  change(params.name, withPassword(params.name, await hashNew(body.password)), context);

/** Keeps one out. */
export const lockUser: Answer<'lockUser'> = ({ params: { name } }, context) =>
  change(name, withLock(name), context);

/** Lets one in again. */
export const unlockUser: Answer<'unlockUser'> = ({ params: { name } }, context) =>
  change(name, withoutLock(name), context);

/** Removes one. */
export const removeUser: Answer<'removeUser'> = async ({ params: { name } }, context) => {
  await changeUsers(fileOf(context), keepingAnAdmin(withoutUser(name)));
  return { name };
};

/** The tokens, without what they are. */
export const tokens: Answer<'tokens'> = async (_asked, context) => {
  const found = await readUsers(fileOf(context));
  return { tokens: found.tokens.map(({ digest: _digest, ...shown }) => shown) };
};

/** Makes one. */
export const createToken: Answer<'createToken'> = ({ body }, context) =>
  create(fileOf(context), body);

/** Revokes one. */
export const revokeToken: Answer<'revokeToken'> = async ({ params: { id } }, context) => {
  await revoke(fileOf(context), id);
  return { id };
};

/** Changes a user, and says what he is now. */
async function change(name: string, how: Change, context: AnswerContext) {
  const file = fileOf(context);
  let now: KnownUser | undefined;
  await changeUsers(file, (before) => {
    const after = keepingAnAdmin(how)(before);
    now = after.users.find((user) => user.name === name);
    return after;
  });
  if (now) return shownUser(now);
  throw new EngineError('NOT_FOUND', `there is no user ${JSON.stringify(name)}`);
}

function shownUser({
  name,
  roles,
  isLocked = false,
}: Omit<KnownUser, 'password' | 'isLocked'> & { readonly isLocked?: boolean }) {
  return { name, roles, isLocked };
}

/** @throws EngineError NOT_RUNNING */
function fileOf({ users: file }: AnswerContext): string {
  if (file !== undefined) return file;
  throw new EngineError(
    'NOT_RUNNING',
    'this page only reads a record, and knows no users; start the production',
  );
}
