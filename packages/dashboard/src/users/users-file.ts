import { EngineError, roles } from '@consort/core';
import { randomBytes } from 'node:crypto';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { holdLock } from './hold-lock.ts';

const role = z.enum(roles);

const schema = z.object({
  users: z.array(
    z.object({
      name: z.string().min(1).max(100),
      roles: z.array(role).min(1),
      /** He keeps his name and cannot log in. */
      isLocked: z.literal(true).exactOptional(),
      password: z.object({
        algorithm: z.literal('argon2id'),
        memory: z.int().min(8).max(1_048_576),
        passes: z.int().min(1).max(20),
        nonce: z.string(),
        tag: z.string(),
      }),
    }),
  ),
  tokens: z.array(
    z.object({
      /** By which it is listed and revoked. */
      id: z.string(),
      name: z.string(),
      roles: z.array(role).min(1),
      /** SHA-256 of the token, hex. */
      digest: z.string(),
      createdAt: z.iso.datetime(),
      expiresAt: z.iso.datetime(),
    }),
  ),
});

/** Who may use the page, and the tokens of programs. */
export type Users = z.output<typeof schema>;
export type KnownUser = Users['users'][number];
export type KnownToken = Users['tokens'][number];

/** The file of users of a data directory. */
export function usersFile(dataDirectory: string): string {
  return join(dataDirectory, 'users.json');
}

/**
 * Reads it; nobody where there is none.
 * @throws EngineError USERS_UNFIT when others may read it, or it is not what it should be
 */
export async function readUsers(file: string): Promise<Users> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) {
      throw unfit(file, `others than its owner may read or write it; chmod 600 ${file}`);
    }
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { users: [], tokens: [] };
    if (error instanceof EngineError) throw error;
    throw unfit(file, 'it is not what production user has written; put it back, or remove it');
  }
}

/**
 * Changes it; two commands at the same time do it one after the other.
 * @throws EngineError USERS_UNFIT, and what `change` throws
 */
export async function changeUsers(file: string, change: (users: Users) => Users): Promise<void> {
  await holdLock(`${file}.lock`, async () => write(file, change(await readUsers(file))));
}

/** Whole or not at all. */
async function write(file: string, users: Users): Promise<void> {
  const next = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(next, `${JSON.stringify(users, undefined, 2)}\n`, {
      mode: 0o600,
      flush: true,
    });
    await rename(next, file);
  } catch (error) {
    throw unfit(file, `it cannot be written: ${String((error as NodeJS.ErrnoException).code)}`);
  }
}

function unfit(file: string, reason: string): EngineError {
  return new EngineError('USERS_UNFIT', `the file of users ${file} cannot be used: ${reason}`);
}
