import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerAddress } from './server-address.ts';

/** Which server a directory belongs to, for the next start to find it again. */
export interface ServerRecord {
  /** Redis makes a new one at each of its starts. */
  readonly runId: string;
  /** How it is reached; the password of a loopback port is in it, so the file is the owner's only. */
  readonly address: ServerAddress;
  /** Where its data is. */
  readonly data: string;
}

const fileName = 'run-id';

/** The record of a directory, or undefined when there is none that can be read. */
export async function readRecord(directory: string): Promise<ServerRecord | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(join(directory, fileName), 'utf8'));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the record so that a reader sees the old one or the new one, never a part. */
export async function writeRecord(directory: string, record: ServerRecord): Promise<void> {
  const path = join(directory, fileName);
  await rm(`${path}.new`, { force: true });
  await writeFile(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Forgets the server, once it is stopped. */
export async function removeRecord(directory: string): Promise<void> {
  await rm(join(directory, fileName), { force: true });
}

function isRecord(value: unknown): value is ServerRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { runId, data, address } = value as Record<string, unknown>;
  return typeof runId === 'string' && typeof data === 'string' && isAddress(address);
}

function isAddress(value: unknown): value is ServerAddress {
  if (typeof value !== 'object' || value === null) return false;
  const { socketPath, port, password } = value as Record<string, unknown>;
  return (
    typeof socketPath === 'string' || (typeof port === 'number' && typeof password === 'string')
  );
}
