import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '@consort/core';
import type { GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { readBody } from './body.ts';

/**
 * Lets a person change the body of a message in VISUAL or EDITOR (default vi).
 * @throws EngineError NOT_FOUND, USAGE when nothing was changed, it is not JSON any more, or the editor failed
 */
export async function editBody(id: number, options: GlobalOptions): Promise<unknown> {
  const message = await readRecord(options, (reader) => reader.message(id));
  if (!message) throw new EngineError('NOT_FOUND', `there is no message ${id}`);
  const before = `${JSON.stringify(message.body ?? {}, undefined, 2)}\n`;
  // For nobody else to read, and gone afterwards: it may hold patient data.
  const folder = mkdtempSync(join(tmpdir(), 'consort-body-'));
  const path = join(folder, `message-${id}.json`);
  try {
    writeFileSync(path, before, { mode: 0o600 });
    runEditor(path);
    if (readFileSync(path, 'utf8') === before) {
      throw new EngineError('USAGE', `message ${id} was not changed, so nothing was done`);
    }
    return readBody(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runEditor(path: string): void {
  const editor = process.env['VISUAL'] ?? process.env['EDITOR'] ?? 'vi';
  // As git does: EDITOR may have options of its own.
  const ran = spawnSync('sh', ['-c', `${editor} "$@"`, editor, path], { stdio: 'inherit' });
  if (ran.status === 0) return;
  throw new EngineError(
    'USAGE',
    `the editor ${editor} ended with ${ran.status ?? ran.signal}, so nothing was done; set EDITOR to another one`,
  );
}
