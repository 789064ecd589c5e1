import { readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { requestAssociation } from '@consort/dicom/requester';
import { freePort, sampleStudy, sendFiles } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';
import { file, folder, port, production, received, send, start, until, verb } from './operated.ts';

const verification = '1.2.840.10008.1.1';

describeWith(['redis', 'pydicom'], 'production update', () => {
  it('shows the difference, and starts only what has changed anew', async () => {
    await production();
    await using running = await start();
    const association = await openAssociation(port);
    await production({ operation: 'poolSize: 3, ' });

    const shown = await verb('update', '--dry-run');
    expect([shown.code, shown.output]).toEqual([
      0,
      '~ operation File\n    poolSize 1 → 3\nnothing was changed (--dry-run)\n',
    ]);
    expect((await verb('status', '--json')).output).toContain('"poolSize": 1');
    const done = await verb('update', '--json');
    expect(JSON.parse(done.output)).toMatchObject({
      isApplied: true,
      hosts: [{ name: 'File', change: 'changed', keys: ['poolSize 1 → 3'], isRestarted: true }],
    });

    // The door is the same one: an association from before the update still is.
    expect(await association.echo()).toBe(0);
    await association.release();
    await send();
    await until(async () => (await received()).length === 1);
    expect((await verb('update')).output).toBe('nothing is different\n');
    expect(running.output()).toContain('updated the production: changed File');
  });

  it('adds hosts and removes them, and refuses to remove one that has messages', async () => {
    await production();
    await using _running = await start();
    const other = await freePort();
    const more = `  Copy: { component: dicom.file-operation, settings: { directory: ./received } }\n`;
    await production({ more });
    await replaceInFile(
      'services:',
      `services:\n  Second: { component: dicom.tcp-service, settings: { port: ${other}, localAet: IRIS, remoteAet: ORTHANC, acknowledge: stored, target: Storage } }`,
    );
    const added = await verb('update');
    expect(added.output).toContain('+ service Second\n+ operation Copy\ndone');
    const association = await openAssociation(other);
    expect(await association.echo()).toBe(0);
    await association.release();

    // Now the process sends to the new operation, which is stopped: it keeps what it was sent.
    await replaceInFile('fileOperation: File', 'fileOperation: Copy');
    expect((await verb('update')).output).toContain('settings.fileOperation "File" → "Copy"');
    await verb('stop-host', 'Copy');
    await send();
    await until(async () => /Copy\s+Stopped\s+1/.test((await verb('status')).output));
    await production();
    const refused = await verb('update');
    expect([refused.code, refused.output]).toEqual([
      1,
      expect.stringMatching(
        /error\[UPDATE_REFUSED\]: nothing was changed: .* no Copy, and 1 of its messages are Queued/,
      ),
    ]);
    await verb('start-host', 'Copy');
    await until(async () => (await received()).length === 1);

    const removed = await verb('update');
    expect(removed.output).toMatch(/^- service Second\n- operation Copy\n~ process Storage\n/);
    await expect(openAssociation(other)).rejects.toThrow(/ECONNREFUSED/);
    await send(1);
    await until(async () => (await received()).length === 2);
  });

  it('takes new code of a process, and what the file is edited to meanwhile changes nothing', async () => {
    await production();
    await using running = await start();
    const code = await readFile(join(folder, 'storage.ts'), 'utf8');
    await writeFile(
      join(folder, 'storage.ts'),
      `${code.replace('export { default }', 'import storage')}export default { ...storage, description: 'New.' };\n`,
    );
    expect((await verb('update')).output).toContain('component ./storage.ts has new code');
    await writeFile(file, 'name: [half an edit');
    const { output, code: exitCode } = await verb('update');
    expect([exitCode, output]).toEqual([3, expect.stringContaining('nothing was changed: ')]);
    await send();
    await until(async () => (await received()).length === 1);
    expect(running.output()).not.toContain('PRODUCTION_INVALID');
  });

  it('goes back when a host of the new version cannot start', async () => {
    await production();
    await using _running = await start();
    const occupied = createServer().listen(0, '0.0.0.0');
    await once(occupied, 'listening');
    const { port: other } = occupied.address() as AddressInfo;
    await production({ operation: 'poolSize: 2, ' });
    await replaceInFile(
      'services:',
      `services:\n  Second: { component: dicom.tcp-service, settings: { port: ${other}, localAet: IRIS, remoteAet: ORTHANC, acknowledge: stored, target: Storage } }`,
    );
    const { code, output } = await verb('update');
    occupied.close();

    expect(code).toBe(1);
    expect(output).toMatch(
      /error\[UPDATE_REFUSED\]: the update was taken back: .*EADDRINUSE.*; the version before runs again/s,
    );
    expect((await verb('status')).output).not.toContain('Second');
    expect((await verb('status', '--json')).output).toContain('"poolSize": 1');
    await send();
    await until(async () => (await received()).length === 1);
  });

  it('leaves a host disabled until --reset, through a restart of the production too', async () => {
    await production();
    const first = await start();
    await verb('disable', 'File', '--reason', 'PACS2 upgrade');
    await verb('stop-host', 'Storage');
    await production({ operation: 'poolSize: 2, ' });
    expect((await verb('update')).output).toContain('poolSize 1 → 2');
    expect((await verb('status')).output).toMatch(
      /File\s+Disabled[^]*Storage\s+Stopped|Storage\s+Stopped[^]*File\s+Disabled/,
    );
    await first.stop();
    await using _again = await start();
    expect((await verb('status')).output).toMatch(
      /File: disabled since [-0-9]+ [:0-9]+ by .*: PACS2 upgrade; the file says enabled/,
    );

    const { output } = await verb('update', '--reset');
    expect(output).toBe(
      '~ File is enabled and started, as the file says\ndone; everything else ran on\n',
    );
    await send();
    await until(async () => (await received()).length === 1);
  });

  it('keeps a host out of work that the file says is not enabled, and its queue', async () => {
    await production({ operation: 'enabled: false, ' });
    await using _running = await start();
    await send();
    await until(async () => /File\s+Disabled\s+1/.test((await verb('status')).output));
    expect((await verb('enable', 'File')).output).toContain(
      'File is not started: the file says enabled: false; change the file, then production update',
    );
    // Disabled by a person too: what --reset would start is what the new version wants to run.
    await verb('disable', 'File');
    await production();
    const shown = await verb('update', '--dry-run', '--reset', '--json');
    expect(JSON.parse(shown.output)).toMatchObject({ isApplied: false, reset: ['File'] });
    await verb('update', '--reset');
    await until(async () => (await received()).length === 1);
  });

  it('brings what must be free on the disk to the doors that run', async () => {
    await production();
    await using _running = await start();
    await production({ own: 'retention: { minFreeSpace: 99.999%, refuseBelow: 99.999% }' });
    expect((await verb('update')).output).toContain('retention.refuseBelow 0.05 → 0.99');
    const peer = { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
    const [refused] = await sendFiles(peer, [sampleStudy()[0]!]);
    expect(refused?.status).toBe(0xa700);
    await production();
    await verb('update');
    await send();
  });

  it('says at the start what waits for a host that the file no longer has', async () => {
    await production({ operation: 'enabled: false, ' });
    const first = await start();
    await send();
    await until(async () => /File\s+Disabled\s+1/.test((await verb('status')).output));
    await first.stop();
    await replaceInFile('File', 'Other');
    await using again = await start();
    await until(async () =>
      again.output().includes('1 messages wait for File, which the production does not have'),
    );
    const { output } = await verb(
      'resend',
      '--host',
      'File',
      '--status',
      'Queued',
      '--to',
      'Other',
      '--yes',
    );
    expect(output).toContain('resend done');
  });
});

async function replaceInFile(what: string, by: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  expect(text).toContain(what);
  await writeFile(file, text.replaceAll(what, by));
}

function openAssociation(at: number) {
  return requestAssociation({
    host: '127.0.0.1',
    port: at,
    calledAeTitle: 'IRIS',
    callingAeTitle: 'ORTHANC',
    contexts: [{ abstractSyntax: verification, transferSyntaxes: ['1.2.840.10008.1.2'] }],
  });
}
