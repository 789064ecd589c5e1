import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostNamesIn } from '@consort/core';
import { locate, type GlobalOptions } from '../location.ts';

/** What `production completion values` can print. */
export const kindsOfValues = ['hosts', 'sessions', 'messages'] as const;

const most = 50;

/**
 * Values for a shell to offer: hosts of the production file as it is written, else of the record; the newest sessions and
 * messages. None where nothing can be read: a shell that completes has no place for an error.
 */
export async function valuesOf(
  kind: (typeof kindsOfValues)[number],
  options: GlobalOptions,
): Promise<readonly string[]> {
  try {
    if (kind === 'hosts') return await hosts(options);
    const { readRecord } = await import('../record.ts');
    const { messages } = await readRecord(options, async (reader) => ({
      messages: await reader.messages({ limit: kind === 'messages' ? most : 4 * most }),
    }));
    const ids = messages.map(({ id, sessionId }) => (kind === 'messages' ? id : sessionId));
    const newest = [...new Set(ids)].slice(0, most).map(String);
    return kind === 'sessions' ? ['last', ...newest] : newest;
  } catch {
    return [];
  }
}

async function hosts(options: GlobalOptions): Promise<readonly string[]> {
  const { productionFile } = locate(options);
  if (existsSync(productionFile)) return hostNamesIn(await readFile(productionFile, 'utf8'));
  const { readRecord } = await import('../record.ts');
  return readRecord(options, async (reader) => (await reader.hosts()).map(({ name }) => name));
}
