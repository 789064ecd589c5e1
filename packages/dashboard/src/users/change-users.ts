import { EngineError, type Role } from '@consort/core';
import { checkName } from './name.ts';
import { hashPassword, type HashedPassword } from './password.ts';
import { changeUsers, type KnownUser, type Users } from './users-file.ts';

/** What becomes of the file of users. */
export type Change = (users: Users) => Users;

/** Characters of a password: its length is what counts. */
const shortest = 12;
const longest = 1000;

/** Whom a change is about, as he is to be. */
interface WantedUser {
  readonly name: string;
  readonly password: string;
  readonly roles: readonly Role[];
}

/**
 * Adds a user, or gives one another password and other roles.
 * @throws EngineError USAGE for a name or password that will not do, USERS_UNFIT
 */
export async function putUser(file: string, { name, password, roles }: WantedUser): Promise<void> {
  checkName(name, 'user');
  const added = { name, roles: [...roles], password: await hashNew(password) };
  await changeUsers(file, (all) => ({
    ...all,
    users: [...all.users.filter((user) => user.name !== name), added],
  }));
}

/**
 * Adds a user who is not there yet.
 * @throws EngineError USAGE also for a name that somebody has, USERS_UNFIT
 */
export async function addUser(file: string, { name, password, roles }: WantedUser): Promise<void> {
  checkName(name, 'user');
  const added = { name, roles: [...roles], password: await hashNew(password) };
  await changeUsers(file, (all) => {
    if (all.users.some((user) => user.name === name)) {
      throw new EngineError(
        'USAGE',
        `there is a user ${JSON.stringify(name)} already; give him other roles or another password`,
      );
    }
    return { ...all, users: [...all.users, added] };
  });
}

/** Hashes a password that somebody is to have. @throws EngineError USAGE for one that will not do */
export async function hashNew(password: string): Promise<HashedPassword> {
  if (password.length >= shortest && password.length <= longest) return hashPassword(password);
  throw new EngineError('USAGE', `a password has at least ${shortest} characters`);
}

/** Removes a user. @throws EngineError NOT_FOUND, USERS_UNFIT */
export async function removeUser(file: string, name: string): Promise<void> {
  await changeUsers(file, withoutUser(name));
}

/** Without a user; his sessions end. The change throws NOT_FOUND. */
export function withoutUser(name: string): Change {
  return (all) => {
    requireUser(all, name);
    return { ...all, users: all.users.filter((user) => user.name !== name) };
  };
}

/** With other roles of a user. The change throws NOT_FOUND. */
export function withRoles(name: string, roles: readonly Role[]): Change {
  return changed(name, (user) => ({ ...user, roles: [...roles] }));
}

/** With another password of a user; his sessions end. The change throws NOT_FOUND. */
export function withPassword(name: string, password: HashedPassword): Change {
  return changed(name, (user) => ({ ...user, password }));
}

/** With a user who cannot log in; his sessions end. The change throws NOT_FOUND. */
export function withLock(name: string): Change {
  return changed(name, (user) => ({ ...user, isLocked: true }));
}

/** With a user who can log in again, with the password he had. The change throws NOT_FOUND. */
export function withoutLock(name: string): Change {
  return changed(name, ({ isLocked: _isLocked, ...user }) => user);
}

/** A change that is refused (LAST_ADMIN) where it leaves no admin who can log in, and there was one. */
export function keepingAnAdmin(change: Change): Change {
  return (before) => {
    const after = change(before);
    if (hasAdmin(after) || !hasAdmin(before)) return after;
    throw new EngineError(
      'LAST_ADMIN',
      'nobody could log in as an admin any more: give somebody else the role admin first',
    );
  };
}

function hasAdmin({ users }: Users): boolean {
  return users.some(({ roles, isLocked }) => roles.includes('admin') && !isLocked);
}

function changed(name: string, change: (user: KnownUser) => KnownUser): Change {
  return (all) => {
    requireUser(all, name);
    return { ...all, users: all.users.map((user) => (user.name === name ? change(user) : user)) };
  };
}

function requireUser({ users }: Users, name: string): void {
  if (users.some((user) => user.name === name)) return;
  throw new EngineError('NOT_FOUND', `there is no user ${JSON.stringify(name)}`);
}
