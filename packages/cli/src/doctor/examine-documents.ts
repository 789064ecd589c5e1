import { inspectDocuments, type DocumentsInspection } from '@consort/store';
import { openProgressBar } from '../terminal/progress.ts';
import { fine, type Finding, type Patient } from './finding.ts';

type Named = DocumentsInspection['missing'][number];

/** Compares documents and messages, both ways; in depth the digest of every document too. */
export async function examineDocuments(patient: Patient): Promise<readonly Finding[]> {
  const { location, now, isDeep } = patient;
  const found = await inspect(location.dataDirectory, now, isDeep);
  const findings = [
    ...missing(found.missing),
    ...corrupt(found.corrupt),
    ...unnamed(found.unnamed),
  ];
  const read = isDeep ? ', and each has the digest of its name' : '';
  const sizes = `${found.files} documents, ${Math.round(found.bytes / 1e6)} MB`;
  return findings.length > 0
    ? findings
    : [fine('documents', `${sizes}: each is named by a message and none is missing${read}`)];
}

async function inspect(
  directory: string,
  now: Date,
  isDeep: boolean,
): Promise<DocumentsInspection> {
  if (!isDeep) return inspectDocuments(directory, { now, isDeep });
  const { files, bytes } = await inspectDocuments(directory, { now, isDeep: false });
  const bar = openProgressBar(files, bytes);
  try {
    return await inspectDocuments(directory, {
      now,
      isDeep,
      progress(read) {
        bar.next('reading documents');
        bar.advance(read);
      },
    });
  } finally {
    bar.close();
  }
}

function missing(documents: readonly Named[]): readonly Finding[] {
  if (documents.length === 0) return [];
  const unfinished = sum(documents, (document) => document.unfinished);
  return [
    {
      check: 'documents',
      severity: 'problem',
      text: `${count(documents.length, 'document')} that messages name ${documents.length === 1 ? 'is' : 'are'} not there: ${examples(documents)}`,
      meaning:
        unfinished > 0
          ? `${count(unfinished, 'message')} not yet finished will fail with DOCUMENT_MISSING`
          : 'what is done is done; it cannot be sent again',
      remedy:
        'something other than Consort removed them: restore documents/ from a backup, or have the images sent again',
    },
  ];
}

function corrupt(documents: readonly Named[]): readonly Finding[] {
  if (documents.length === 0) return [];
  return [
    {
      check: 'documents',
      severity: 'problem',
      text: `${count(documents.length, 'document')} no longer ${documents.length === 1 ? 'has' : 'have'} the bytes that were received: ${examples(documents)}`,
      meaning:
        'the disk or something on it changed them; whatever reads them fails with DOCUMENT_CORRUPT',
      remedy: 'check the disk; restore them from a backup, or have the images sent again',
    },
  ];
}

function unnamed({
  count: files,
  bytes,
  paths,
}: DocumentsInspection['unnamed']): readonly Finding[] {
  if (files === 0) return [];
  return [
    {
      check: 'documents',
      severity: 'warning',
      text: `${count(files, 'document')} (${bytes} bytes) ${files === 1 ? 'is' : 'are'} named by no message: ${paths.slice(0, 3).join(', ')}${files > 3 ? ', …' : ''}`,
      meaning:
        'they take space and nothing else: their images came as the record could not be written, and their senders were told so',
      remedy: 'with the production stopped, these files can be deleted; --json lists up to 100',
      paths,
    },
  ];
}

function examples(documents: readonly Named[]): string {
  const shown = documents
    .slice(0, 3)
    .map(({ digest, firstMessageId }) => `${digest.slice(0, 12)}… (message ${firstMessageId})`);
  return `${shown.join(', ')}${documents.length > 3 ? ', …' : ''}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
