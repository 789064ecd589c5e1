import { readFileSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import type { DataSetValues, DataValues } from '@consort/dicom';

/** The table of what is to be done, and of what was. */
export interface Schedule {
  /** The worklist items of what is not done, by time. */
  items(): Generator<DataSetValues>;
  /** Records a performed step; false when there is another one under its UID. */
  create(uid: string, attributes: DataValues): boolean;
  /** Adds to a performed step what was done since; `over` when it had its last status. */
  set(uid: string, attributes: DataValues): 'set' | 'unknown' | 'over';
  close(): void;
}

/** Opens the file, and makes the tables of schedule.sql where they are missing. */
export function openSchedule(file: string): Schedule {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000');
  database.exec(readFileSync(new URL('./schedule.sql', import.meta.url), 'utf8'));
  const selectItems = database.prepare(
    `SELECT * FROM scheduled_steps WHERE status IN ('SCHEDULED', 'IN PROGRESS')
      ORDER BY start_date, start_time, step_id`,
  );
  const selectStep = database.prepare(
    'SELECT status, attributes FROM performed_steps WHERE uid = ?',
  );
  const insertStep = database.prepare(
    'INSERT INTO performed_steps (uid, status, attributes) VALUES (?, ?, ?)',
  );
  const updateStep = database.prepare(
    'UPDATE performed_steps SET status = ?, attributes = ? WHERE uid = ?',
  );
  const setStatus = database.prepare(
    'UPDATE scheduled_steps SET status = ? WHERE accession_number = ?',
  );

  /** All of a change or nothing. */
  function change<Result>(make: () => Result): Result {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = make();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }

  return {
    *items() {
      for (const row of selectItems.all()) yield itemOf(row);
    },

    create: (uid, attributes) =>
      change(() => {
        const step = selectStep.get(uid);
        const text = JSON.stringify(attributes);
        if (step) return step['attributes'] === text;
        const status = statusOf(attributes);
        insertStep.run(uid, status, text);
        for (const accession of accessionNumbers(attributes)) setStatus.run(status, accession);
        return true;
      }),

    set: (uid, attributes) =>
      change(() => {
        const step = selectStep.get(uid);
        if (!step) return 'unknown';
        const before = JSON.parse(String(step['attributes'])) as DataValues;
        const all = { ...before, ...attributes };
        const text = JSON.stringify(all);
        // The same N-SET, run again after a crash, has been done.
        if (step['status'] !== 'IN PROGRESS') return text === step['attributes'] ? 'set' : 'over';
        const status = statusOf(all);
        updateStep.run(status, text, uid);
        for (const accession of accessionNumbers(all)) setStatus.run(status, accession);
        return 'set';
      }),

    close: () => database.close(),
  };
}

/** A row as a worklist item (PS3.4 table K.6-1). */
function itemOf(row: Record<string, SQLOutputValue>): DataSetValues {
  const text = (column: string) => row[column]?.toString() ?? null;
  return {
    SpecificCharacterSet: 'ISO_IR 192',
    AccessionNumber: text('accession_number'),
    ReferringPhysicianName: text('referring_physician'),
    PatientName: text('patient_name'),
    PatientID: text('patient_id'),
    PatientBirthDate: text('patient_birth_date'),
    PatientSex: text('patient_sex'),
    StudyInstanceUID: text('study_instance_uid'),
    RequestedProcedureDescription: text('procedure_description'),
    RequestedProcedureID: text('procedure_id'),
    ScheduledProcedureStepSequence: [
      {
        Modality: text('modality'),
        ScheduledStationAETitle: text('station_ae_title'),
        ScheduledProcedureStepStartDate: text('start_date'),
        ScheduledProcedureStepStartTime: text('start_time'),
        ScheduledPerformingPhysicianName: text('performing_physician'),
        ScheduledProcedureStepDescription: text('step_description'),
        ScheduledProcedureStepID: text('step_id'),
        ScheduledProcedureStepStatus: text('status'),
      },
    ],
  };
}

/** What a performed step says of itself; empty when it says nothing. */
export function statusOf({ PerformedProcedureStepStatus: status }: DataValues): string {
  return typeof status === 'string' ? status : '';
}

/** Which orders a performed step is for (PS3.4 table F.7.2-1, Scheduled Step Attributes Sequence). */
function accessionNumbers(attributes: DataValues): readonly string[] {
  const items = attributes['ScheduledStepAttributesSequence'];
  if (!Array.isArray(items)) return [];
  return (items as readonly DataValues[]).flatMap(({ AccessionNumber: number }) =>
    typeof number === 'string' ? [number] : [],
  );
}
