export type { Role } from '@consort/core';
export { createToken, revokeToken } from './change-tokens.ts';
export { putUser, removeUser, withLock, withoutLock, withRoles } from './change-users.ts';
export { changeUsers, readUsers, usersFile } from './users-file.ts';
export type { Users } from './users-file.ts';
