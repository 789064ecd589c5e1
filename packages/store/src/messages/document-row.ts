import type { Document } from '@consort/core';
import { withoutNull } from './message-row.ts';
import type { DocumentTable } from './schema.ts';

/** The document a row of `documents` holds; what is NULL there is absent here. */
export function documentOf(row: DocumentTable): Document {
  return {
    digest: row.digest,
    size: row.size,
    transferSyntaxUid: row.transfer_syntax_uid,
    sopClassUid: row.sop_class_uid,
    attributes: withoutNull({
      patientId: row.patient_id,
      patientName: row.patient_name,
      accessionNumber: row.accession_number,
      studyInstanceUid: row.study_instance_uid,
      seriesInstanceUid: row.series_instance_uid,
      sopInstanceUid: row.sop_instance_uid,
      modality: row.modality,
    }),
  };
}
