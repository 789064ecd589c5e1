import Database from 'better-sqlite3';
import { copyFile, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { receivedFiles } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import type { LedgerRow } from './ledger.ts';
import { whatIsWrong } from './reconcile.ts';
import { makeSite } from './site.ts';

describeWith(['redis', 'pydicom'], 'the reconciler', () => {
  it('finds whatever does not agree', async () => {
    const site = await makeSite(2);
    const { data, received, ledger } = site;
    const production = await site.start();
    await ledger.sendAll(site.peer, site.images(2));
    expect(await production.stop()).toBe(0);
    const [one, two] = ledger.rows as [LedgerRow, LedgerRow];
    const wrong = (rows: readonly LedgerRow[] = ledger.rows) =>
      whatIsWrong({ data, received, rows });
    const matching = (text: string) => [expect.stringContaining(text) as string];
    expect(await wrong()).toEqual([]);

    // A ledger that says something else.
    expect(await wrong([one])).toEqual(matching('was never sent'));
    expect(await wrong([one, two, two])).toEqual(matching('was taken 2 times and has 1 messages'));
    expect(await wrong([one, { ...two, outcome: 'refused', status: 0xa700 }])).toEqual(
      matching('was taken 0 times and has 1 messages, not 0 to 0'),
    );
    expect(await wrong([one, { ...two, outcome: 'unknown' }])).toEqual([]);

    // Files that have gone, come or changed.
    const [file] = await receivedFiles(received);
    const path = file?.name ?? '';
    await rename(path, `${path}.away`);
    expect((await wrong()).join('\n')).toContain('is not there, or not what its message says');
    expect((await wrong()).join('\n')).toContain("is no message's work");
    await rename(`${path}.away`, path);
    await copyFile(path, join(received, 'second.dcm'));
    expect(await wrong()).toEqual(matching("is no message's work"));
    await rm(join(received, 'second.dcm'));
    const draft = join(data, 'documents', 'tmp', 'draft');
    await writeFile(draft, '');
    expect(await wrong()).toEqual(matching('is left over'));
    await rm(draft);

    // Documents that have gone, come or changed.
    const document = join(data, 'documents', one.digest.slice(0, 2), one.digest);
    await rename(document, join(data, 'documents', '00', '0'.repeat(64)));
    expect((await wrong()).toSorted()).toEqual([
      expect.stringMatching(/0{64} has no message/) as string,
      expect.stringContaining('is missing') as string,
    ]);
    await rename(join(data, 'documents', '00', '0'.repeat(64)), document);
    await flipByte(document, 1000);
    expect(await wrong()).toEqual(matching('is corrupt'));
    await flipByte(document, 1000);

    // A record that is not at its end, and one that is not whole.
    const database = new Database(join(data, 'messages.db'));
    database.prepare(`UPDATE messages SET status = 'Queued' WHERE id = 1`).run();
    expect(await wrong()).toEqual(matching('message 1 is Queued'));
    database.prepare(`UPDATE messages SET status = 'Completed' WHERE id = 1`).run();
    database.pragma('foreign_keys = OFF');
    database.prepare(`UPDATE messages SET body_digest = 'none' WHERE id = 1`).run();
    database.close();
    expect((await wrong()).join('\n')).toContain('foreign_key_check');
    await site.remove();
  });
});

async function flipByte(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, position);
  await file.write(Buffer.of((buffer[0] ?? 0) ^ 1), 0, 1, position);
  await file.close();
}
