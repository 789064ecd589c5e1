import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** A password as it is kept: it cannot be told from this. */
export interface HashedPassword {
  readonly algorithm: 'argon2id';
  /** KiB, and how often they are gone through. */
  readonly memory: number;
  readonly passes: number;
  /** Base64. */
  readonly nonce: string;
  readonly tag: string;
}

/** 19 MiB and two passes: a login takes some tens of milliseconds, and ten at once fit into any machine. */
const cost = { memory: 19_456, passes: 2 } as const;
const tagLength = 32;

const derive = promisify(argon2);

/** Hashes a new password. */
export async function hashPassword(password: string): Promise<HashedPassword> {
  const nonce = randomBytes(16);
  const tag = await tagOf(password, nonce, cost);
  return {
    algorithm: 'argon2id',
    ...cost,
    nonce: nonce.toString('base64'),
    tag: tag.toString('base64'),
  };
}

/** Says whether a password is the one that was hashed; in the same time whatever it is. */
export async function isPassword(password: string, hashed: HashedPassword): Promise<boolean> {
  const tag = await tagOf(password, Buffer.from(hashed.nonce, 'base64'), hashed);
  const kept = Buffer.from(hashed.tag, 'base64');
  return kept.length === tag.length && timingSafeEqual(tag, kept);
}

/** What is compared with when there is no such user, so that the answer takes as long. */
export const noPassword: HashedPassword = {
  algorithm: 'argon2id',
  ...cost,
  nonce: Buffer.alloc(16).toString('base64'),
  tag: '',
};

function tagOf(
  password: string,
  nonce: Buffer,
  { memory, passes }: Pick<HashedPassword, 'memory' | 'passes'>,
): Promise<Buffer> {
  // One way to write each text: é is one character or two.
  const message = Buffer.from(password.normalize('NFC'));
  return derive('argon2id', { message, nonce, memory, passes, parallelism: 1, tagLength });
}
