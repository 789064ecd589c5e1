import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { freePort, startTestProduction } from '@consort/testing';
import { expect, it } from 'vitest';
import { describeWith } from '../../tests/house/peers.ts';
import { openSchedule } from './schedule.ts';

const run = promisify(execFile);
const file = new URL('./production.yaml', import.meta.url).pathname;

describeWith(['redis', 'dcmtk'], 'worklist', () => {
  it('answers findscu with the items that match, as they are in the table', async () => {
    await using site = await startSite([
      ['S1', 'A1', 'Müller^Jürgen', 'CT', '20261126'],
      ['S2', 'A2', 'Doe^Jane', 'CT', '20261127'],
      ['S3', 'A3', 'Doe^John', 'MR', '20261126'],
    ]);

    const found = await site.find([
      '-k',
      'PatientName',
      '-k',
      'AccessionNumber',
      '-k',
      'PatientWeight',
      '-k',
      'ScheduledProcedureStepSequence[0].Modality=CT',
      '-k',
      'ScheduledProcedureStepSequence[0].ScheduledProcedureStepStartDate=20261126-',
    ]);

    expect(found.items.map(({ '00080050': accession }) => accession?.Value)).toEqual([
      ['A1'],
      ['A2'],
    ]);
    expect(found.items[0]).toMatchObject({
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Müller^Jürgen' }] },
      '00101030': { vr: 'DS' },
    });
    expect(found.items[0]?.['00400100']?.Value).toHaveLength(1);
    const session = (await site.production.messages.lastSession()) ?? 0;
    await site.production.idle();
    const legs = await site.production.messages.session(session);
    expect(legs.map(({ header }) => [header.type, header.status])).toEqual([
      ['Request', 'Completed'],
      ['Response', 'Completed'],
      ['Response', 'Completed'],
      ['Response', 'Completed'],
    ]);
    expect(legs[0]?.header.answered?.status).toBe('0000');
    expect(await site.production.messages.images({})).toEqual([]);
  });

  it('stops when findscu cancels, and says so', async () => {
    const many = Array.from({ length: 500 }, (_, n): Row => [
      `S${n}`,
      `A${n}`,
      'Doe',
      'CT',
      '20261126',
    ]);
    await using site = await startSite(many);

    const found = await site.find(['--cancel', '3', '-k', 'AccessionNumber']);

    expect(found.log).toMatch(/0xfe00/i);
    expect(found.items.length).toBeGreaterThanOrEqual(3);
    expect(found.items.length).toBeLessThan(500);
    await site.production.idle();
    const [request] = await site.production.messages.session(
      (await site.production.messages.lastSession()) ?? 0,
    );
    expect(request?.header).toMatchObject({ status: 'Completed', answered: { status: 'FE00' } });
    expect(request?.header.cancelledAt).toBeDefined();
  });
});

type Row = readonly [
  step: string,
  accession: string,
  name: string,
  modality: string,
  startDate: string,
];
type Item = Readonly<Record<string, { readonly vr: string; readonly Value?: readonly unknown[] }>>;

/** The production with a schedule, and a modality that asks. */
async function startSite(rows: readonly Row[]) {
  const folder = await mkdtemp(join(tmpdir(), 'consort-worklist-'));
  const database = join(folder, 'worklist.db');
  openSchedule(database).close();
  const table = new DatabaseSync(database);
  const insert = table.prepare(
    `INSERT INTO scheduled_steps (step_id, accession_number, patient_id, patient_name,
        study_instance_uid, procedure_id, modality, station_ae_title, start_date, start_time)
      VALUES (?, ?, 'P', ?, '1.2.3', 'R1', ?, 'CT1', ?, '0930')`,
  );
  table.exec('BEGIN');
  for (const row of rows) insert.run(...row);
  table.exec('COMMIT');
  const port = await freePort();
  const production = await startTestProduction(file, {
    env: { DICOM_PORT: String(port), DATABASE: database },
  });
  return {
    production,
    port,
    table,
    async find(keys: readonly string[]): Promise<{ items: readonly Item[]; log: string }> {
      const output = await mkdtemp(join(folder, 'found-'));
      const { stdout, stderr } = await run('findscu', [
        '-d',
        '-W',
        '-X',
        '-od',
        output,
        '-aet',
        'CT1',
        '-aec',
        'WORKLIST',
        '127.0.0.1',
        String(port),
        ...keys,
      ]);
      const items: Item[] = [];
      for (const name of (await readdir(output)).toSorted()) {
        const json = await run('dcm2json', ['+fc', join(output, name)]);
        items.push(JSON.parse(json.stdout) as Item);
      }
      return { items, log: stdout + stderr };
    },
    async [Symbol.asyncDispose]() {
      await production.stop();
      table.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
