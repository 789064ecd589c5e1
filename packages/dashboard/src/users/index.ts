export type { Role } from '../api/route.ts';
export { createToken, putUser, removeUser, revokeToken } from './change-users.ts';
export { readUsers, usersFile } from './users-file.ts';
export type { Users } from './users-file.ts';
