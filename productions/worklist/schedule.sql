-- What is to be done: one row for each scheduled procedure step. Whoever schedules writes it.
CREATE TABLE IF NOT EXISTS scheduled_steps (
  step_id TEXT PRIMARY KEY,
  accession_number TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  patient_name TEXT NOT NULL, -- Family^Given
  patient_birth_date TEXT, -- YYYYMMDD, as all dates; times are HHMM
  patient_sex TEXT,
  referring_physician TEXT,
  study_instance_uid TEXT NOT NULL,
  procedure_id TEXT NOT NULL,
  procedure_description TEXT,
  step_description TEXT,
  modality TEXT NOT NULL,
  station_ae_title TEXT NOT NULL,
  start_date TEXT NOT NULL,
  start_time TEXT NOT NULL,
  performing_physician TEXT,
  status TEXT NOT NULL DEFAULT 'SCHEDULED' -- IN PROGRESS, COMPLETED, DISCONTINUED: what the modality has said
);

-- What was done: one row for each modality performed procedure step.
CREATE TABLE IF NOT EXISTS performed_steps (
  uid TEXT PRIMARY KEY,
  status TEXT NOT NULL,
  attributes TEXT NOT NULL -- JSON, by DICOM keyword
);
