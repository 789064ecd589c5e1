import type { Database } from 'better-sqlite3';
import { hash } from 'node:crypto';
import type { Document, MessageBody } from '@consort/core';

/** A body with its name. */
export interface NamedBody {
  readonly type: string;
  /** SHA-256 of `json`. */
  readonly digest: string;
  readonly json: string;
  readonly document: Document | undefined;
}

/** Names a body: equal bodies get equal names, whatever the order of their keys. */
export function nameBody(body: MessageBody): NamedBody {
  const json = canonicalJson(withoutName(body));
  return { type: body.type, digest: hash('sha256', json), json, document: body.document };
}

/** A name as it is searched: written in one way, and in any case. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Keeps each body once, and the document it points to. */
export function bodyKeeper(database: Database): (body: NamedBody) => void {
  const insertBody = database.prepare(
    `INSERT INTO bodies (digest, type, json) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const insertDocument = database.prepare(`
    INSERT INTO documents (digest, transfer_syntax_uid, size, sop_class_uid, patient_id,
      accession_number, study_instance_uid, series_instance_uid, sop_instance_uid, modality,
      patient_name, patient_name_key)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);

  return ({ digest, type, json, document }) => {
    insertBody.run(digest, type, json);
    if (!document) return;
    const { attributes } = document;
    insertDocument.run(
      document.digest,
      document.transferSyntaxUid,
      document.size,
      document.sopClassUid,
      attributes.patientId ?? null,
      attributes.accessionNumber ?? null,
      attributes.studyInstanceUid ?? null,
      attributes.seriesInstanceUid ?? null,
      attributes.sopInstanceUid ?? null,
      attributes.modality ?? null,
      attributes.patientName ?? null,
      attributes.patientName === undefined ? null : nameKey(attributes.patientName),
    );
  };
}

/** The name of a patient is kept once, with the document. */
function withoutName(body: MessageBody): MessageBody {
  const { document } = body;
  if (document?.attributes.patientName === undefined) return body;
  const { patientName: _name, ...attributes } = document.attributes;
  return { ...body, document: { ...document, attributes } };
}

/** JSON with the keys of every object sorted. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
