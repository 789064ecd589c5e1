import { roles } from '@consort/core/json';
import { z } from 'zod';
import { route } from './route.ts';

const name = z.string().min(1).max(100);
const someRoles = z.array(z.enum(roles)).min(1).max(roles.length);
const newPassword = z.string().min(1).max(1000).describe('At least 12 characters');

const user = z.object({
  name,
  roles: z.array(z.enum(roles)).readonly(),
  isLocked: z.boolean().describe('He cannot log in'),
});

const token = z.object({
  id: z.string().describe('By which it is revoked'),
  name,
  roles: z.array(z.enum(roles)).readonly(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});

const admins = { role: 'admin', patientData: 'none' } as const;
const audited = { ...admins, isAudited: true } as const;

export const userRoutes = {
  users: route({
    ...admins,
    summary: 'Who may log in, with their roles',
    answer: z.object({ users: z.array(user).readonly() }),
  }),
  addUser: route({
    ...audited,
    summary: 'Adds a user with a first password',
    body: z.object({ name, password: newPassword, roles: someRoles }),
    answer: user,
  }),
  changeRoles: route({
    ...audited,
    summary: 'Gives a user other roles',
    params: z.object({ name }),
    body: z.object({ roles: someRoles }),
    answer: user,
  }),
  resetPassword: route({
    ...audited,
    summary: 'Gives a user another password, which ends his sessions',
    params: z.object({ name }),
    body: z.object({ password: newPassword }),
    answer: user,
  }),
  lockUser: route({
    ...audited,
    summary: 'Ends the sessions of a user, who cannot log in until he is unlocked',
    params: z.object({ name }),
    answer: user,
  }),
  unlockUser: route({
    ...audited,
    summary: 'Lets a user log in again',
    params: z.object({ name }),
    answer: user,
  }),
  removeUser: route({
    ...audited,
    summary: 'Removes a user and ends his sessions',
    params: z.object({ name }),
    answer: z.object({ name }),
  }),
  tokens: route({
    ...admins,
    summary: 'The tokens by which programs call the API; never what they are',
    answer: z.object({ tokens: z.array(token).readonly() }),
  }),
  createToken: route({
    ...audited,
    summary: 'Makes a token, which is shown this once',
    body: z.object({ name, roles: someRoles, days: z.int().min(1).max(366).default(90) }),
    answer: z.object({ id: z.string(), token: z.string(), expiresAt: z.iso.datetime() }),
  }),
  revokeToken: route({
    ...audited,
    summary: 'Revokes a token',
    params: z.object({ id: z.string().regex(/^[0-9a-f]{1,16}$/) }),
    answer: z.object({ id: z.string() }),
  }),
};

const whoever = { role: 'viewer', patientData: 'none', isAudited: true } as const;

/** What a user does about himself. */
export const accountRoutes = {
  changePassword: route({
    ...whoever,
    summary: 'Gives whoever asks another password; his other sessions end',
    body: z.object({ password: z.string().min(1).max(1000), newPassword }),
    answer: z.object({ isChanged: z.literal(true) }),
  }),
  endOtherSessions: route({
    ...whoever,
    summary: 'Ends every session of whoever asks but this one',
    answer: z.object({ ended: z.int() }),
  }),
};
