import type { Input } from '../../src/client.ts';

/** What messages are searched by, as the API takes it. */
export type MessageFilter = Omit<
  Exclude<Input<'messages'>['query'], undefined>,
  'cursor' | 'limit'
>;

/** The keys of a filter, each with its words; in the order of the form. */
export const filterWords = {
  host: 'Host',
  status: 'Status',
  type: 'Type',
  patientId: 'Patient ID',
  patientName: 'Patient name',
  accessionNumber: 'Accession number',
  modality: 'Modality',
  callingAeTitle: 'Calling AE title',
  calledAeTitle: 'Called AE title',
  errorText: 'Error',
  sessionId: 'Session',
  studyInstanceUid: 'Study Instance UID',
  seriesInstanceUid: 'Series Instance UID',
  sopInstanceUid: 'SOP Instance UID',
  since: 'Since',
  until: 'Until',
} as const satisfies Readonly<Record<keyof MessageFilter, string>>;

/** A key of a filter. */
export type FilterKey = keyof typeof filterWords;

/** IRIS's nine statuses. */
export const statuses = [
  'Created',
  'Queued',
  'Delivered',
  'Completed',
  'Deferred',
  'Discarded',
  'Suspended',
  'Aborted',
  'Error',
] as const;

/** Reads a filter from the query of the URL; what is no filter is left out. */
export function readFilter(search: URLSearchParams): MessageFilter {
  const entries = keys.flatMap((key) => {
    const value = search.get(key);
    if (value === null || value === '') return [];
    return [[key, key === 'sessionId' ? Number(value) : value]];
  });
  return Object.fromEntries(entries) as MessageFilter;
}

/** Writes a filter as the query of a URL, without a question mark. */
export function writeFilter(filter: MessageFilter): string {
  const search = new URLSearchParams();
  for (const key of keys) {
    const value = filter[key];
    if (value !== undefined) search.set(key, String(value));
  }
  return search.toString();
}

const keys = Object.keys(filterWords) as FilterKey[];
