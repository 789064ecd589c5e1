import type { Generated } from 'kysely';

/** The tables of the record, as kysely sees them. */
export interface Tables {
  readonly messages: MessageTable;
  readonly bodies: { readonly digest: string; readonly type: string; readonly json: string };
  readonly documents: DocumentTable;
  readonly events: EventTable;
}

/** A row of `documents`. */
export interface DocumentTable {
  readonly digest: string;
  readonly transfer_syntax_uid: string;
  readonly size: number;
  readonly sop_class_uid: string;
  readonly patient_id: string | null;
  readonly accession_number: string | null;
  readonly study_instance_uid: string | null;
  readonly series_instance_uid: string | null;
  readonly sop_instance_uid: string | null;
  readonly modality: string | null;
  readonly patient_name: string | null;
  readonly patient_name_key: string | null;
}

interface EventTable {
  readonly id: Generated<number>;
  readonly time: string;
  readonly type: string;
  readonly code: string;
  readonly text: string;
  readonly host: string | null;
  readonly session_id: number | null;
  readonly message_id: number | null;
  /** JSON. */
  readonly details: string | null;
}

/** A row of `messages`, named as in the database. */
export interface MessageTable {
  readonly id: number;
  readonly session_id: number;
  readonly super_session: string | null;
  readonly type: string;
  readonly invocation: string;
  /** The place in `priorities`. */
  readonly priority: number;
  readonly status: string;
  readonly source_config_name: string;
  readonly target_config_name: string;
  readonly source_business_type: string;
  readonly target_business_type: string;
  readonly target_queue_name: string;
  readonly return_queue_name: string | null;
  readonly corresponding_message_id: number | null;
  readonly business_process_id: number | null;
  /** The message whose handler sent this one, and its how-many-th send it was. */
  readonly parent_id: number | null;
  readonly call_index: number | null;
  readonly body_type: string | null;
  readonly body_digest: string | null;
  readonly description: string | null;
  readonly time_created: string;
  readonly time_queued: string | null;
  readonly time_delivered: string | null;
  readonly time_processed: string | null;
  readonly is_error: number;
  readonly error_code: string | null;
  readonly error_text: string | null;
  readonly error_origin_host: string | null;
  readonly error_origin_code: string | null;
  /** When its own work last failed; a response that only carries an error has none. */
  readonly failed_at: string | null;
  readonly first_failed_at: string | null;
  readonly resent: string | null;
  readonly banked: number | null;
  readonly claim_owner: string | null;
  readonly fence: number;
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly note: string | null;
  readonly document_digest: string | null;
  readonly document_size: number | null;
  readonly transfer_syntax_uid: string | null;
  readonly association_id: string | null;
  readonly peer_address: string | null;
  readonly calling_ae_title: string | null;
  readonly called_ae_title: string | null;
  readonly answered_status: string | null;
  readonly answered_note: string | null;
  readonly answered_at: string | null;
  readonly completion_key: string | null;
  readonly expires_at: string | null;
  readonly timed_out_at: string | null;
  readonly awaited_by: number | null;
  readonly deferral: string | null;
  /** Of its document. */
  readonly modality: string | null;
  /** 1 for a response that is not the last one to its request. */
  readonly is_partial: number | null;
  readonly cancelled_at: string | null;
}
