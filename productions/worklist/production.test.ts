import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { encodeDataSet, type DataValues } from '@consort/dicom';
import { requestAssociation, type OperationToRequest } from '@consort/dicom/requester';
import { freePort, startTestProduction } from '@consort/testing/consort';
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

describeWith(['redis'], 'performed procedure steps', () => {
  it('are created and set, and the item leaves the worklist when its step is over', async () => {
    await using site = await startSite([['S1', 'A1', 'Doe^Jane', 'CT', '20261126']]);
    const status = () =>
      site.table
        .prepare('SELECT status FROM scheduled_steps')
        .all()
        .map((row) => row['status']);
    await using modality = await site.modality();

    const scheduled = { ScheduledStepAttributesSequence: [{ AccessionNumber: 'A1' }] };
    const begin = { PerformedProcedureStepStatus: 'IN PROGRESS', ...scheduled };
    expect(await modality.create('1.2.3.9', begin)).toMatchObject({
      status: 0x0000,
      command: { affectedSopInstanceUid: '1.2.3.9' },
    });
    expect(status()).toEqual(['IN PROGRESS']);
    expect((await modality.create('1.2.3.9', { ...begin, PatientID: 'X' })).status).toBe(0x0111);
    expect((await modality.set('1.2.3.8', { PatientID: 'X' })).status).toBe(0x0112);
    expect((await modality.set('1.2.3.9', { PerformedProcedureStepStatus: 'ODD' })).status).toBe(
      0x0106,
    );

    const end = {
      PerformedProcedureStepStatus: 'COMPLETED',
      PerformedProcedureStepEndDate: '20261126',
    };
    expect((await modality.set('1.2.3.9', end)).status).toBe(0x0000);
    expect(status()).toEqual(['COMPLETED']);
    expect(await modality.set('1.2.3.9', { PatientID: 'X' })).toMatchObject({
      status: 0x0110,
      command: { errorId: 0xa710 },
    });
    await site.production.idle();
    expect(await site.production.messages.images({})).toEqual([]);
  });

  it('begin with IN PROGRESS, and are of a class that this service has', async () => {
    await using site = await startSite([]);
    await using modality = await site.modality();
    const done = await modality.create('1.2.3.9', { PerformedProcedureStepStatus: 'COMPLETED' });
    expect(done.status).toBe(0x0106);
    const other = modality.ask({
      service: 'N-DELETE',
      sopClassUid: mpps,
      elements: { requestedSopClassUid: mpps, requestedSopInstanceUid: '1.2.3.9' },
    });
    expect((await other).status).toBe(0x0211);
  });
});

const mpps = '1.2.840.10008.3.1.2.3.3';
const explicitLittleEndian = '1.2.840.10008.1.2.1';

/** A modality that reports, on an association of its own. */
async function startModality(port: number) {
  const association = await requestAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'CT1',
    calledAeTitle: 'WORKLIST',
    contexts: [{ abstractSyntax: mpps, transferSyntaxes: [explicitLittleEndian] }],
  });
  const ask = async (operation: OperationToRequest) => {
    const { value } = await association.operate(operation).next();
    if (!value) throw new Error('no response');
    return value;
  };
  const dataSet = (values: DataValues) => (transferSyntaxUid: string) =>
    encodeDataSet(values, { transferSyntaxUid });
  return {
    ask,
    create: (uid: string, values: DataValues) =>
      ask({
        service: 'N-CREATE',
        sopClassUid: mpps,
        elements: { affectedSopClassUid: mpps, affectedSopInstanceUid: uid },
        dataSet: dataSet(values),
      }),
    set: (uid: string, values: DataValues) =>
      ask({
        service: 'N-SET',
        sopClassUid: mpps,
        elements: { requestedSopClassUid: mpps, requestedSopInstanceUid: uid },
        dataSet: dataSet(values),
      }),
    [Symbol.asyncDispose]: () => association.release(),
  };
}

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
    modality: () => startModality(port),
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
