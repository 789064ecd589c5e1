import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageFilter, MessageReader } from '@consort/core';
import { openMessageReader, openMessageStore } from '@consort/store';

// How long the searches of the page take in a large record: `node bench/search.ts`. Nothing here asserts.

const messages = Number(process.env['BENCH_MESSAGES'] ?? 1_000_000);
const repetitions = Number(process.env['BENCH_REPETITIONS'] ?? 40);
/** An image is four messages: request, request, response, response. */
const images = Math.floor(messages / 4);
const imagesOfStudy = 20;
const patients = Math.max(1, Math.floor(images / 60));
const modalities = ['CT', 'CT', 'CT', 'MR', 'MR', 'CR', 'US', 'XA'];
const surnames = ['SMITH', 'MÜLLER', 'GARCÍA', 'ROSSI', 'NOWAK', 'YAMADA', 'OKAFOR', 'DUBOIS'];
/** One image a second, until now. */
const first = Date.now() - images * 1_000;

const directory = await mkdtemp(join(tmpdir(), 'consort-search-'));
try {
  const store = await openMessageStore(directory);
  await store.setProduction({ name: 'Bench', status: 'Stopped' });
  for (const name of ['Door', 'Storage', 'File']) {
    const host = { component: 'bench', poolSize: 1, status: 'Stopped' } as const;
    await store.setHost({ name, type: 'BusinessOperation', ...host });
  }
  await store.close();
  const began = performance.now();
  fill(join(directory, 'messages.db'));
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`${messages} messages of ${images} images, filled in ${seconds} s`);
  const reader = await openMessageReader(directory);
  await measure(reader);
  await reader.close();
} finally {
  await rm(directory, { recursive: true });
}

async function measure(reader: MessageReader): Promise<void> {
  const since = timeOf(images * 0.9);
  const searches: Readonly<Record<string, (n: number) => MessageFilter>> = {
    'the newest': () => ({}),
    'a page far behind': (n) => ({ before: 4 * n + 1 }),
    'patient id': (n) => ({ patientId: patientOf(n).id }),
    'patient name, whole': (n) => ({ patientName: patientOf(n).name }),
    'patient name, beginning (an eighth of all)': () => ({ patientName: 'müller' }),
    'accession number': (n) => ({ accessionNumber: `A${studyOf(n)}` }),
    study: (n) => ({ studyInstanceUid: `1.2.${studyOf(n)}` }),
    series: (n) => ({ seriesInstanceUid: `1.2.${studyOf(n)}.1` }),
    'SOP instance': (n) => ({ sopInstanceUid: `1.2.${studyOf(n)}.1.${n}` }),
    'modality, common': () => ({ modality: 'CT' }),
    'modality, absent': () => ({ modality: 'OPT' }),
    'calling AE title': (n) => ({ callingAeTitle: `MOD${n % 20}` }),
    'called AE title': () => ({ calledAeTitle: 'IRIS' }),
    'host and status': () => ({ host: 'File', status: 'Error' }),
    'host and time': () => ({ host: 'Storage', since }),
    'host and all of the time': () => ({ host: 'Storage', since: timeOf(0) }),
    'status and all of the time': () => ({ status: 'Error', since: timeOf(0) }),
    'host, type and a time long ago': () => ({
      host: 'File',
      type: 'Response',
      until: timeOf(images / 2),
    }),
    'error text': (n) => ({ errorText: `timeout ${n % 7}` }),
    'error text, absent': () => ({ errorText: 'nothing says so' }),
    'modality, host, time and name': () => ({
      modality: 'MR',
      host: 'File',
      since,
      patientName: 'garcía',
    }),
    'name, host and all of the time': (n) => ({
      patientName: patientOf(n).name.slice(0, -1),
      host: 'File',
      since: timeOf(0),
    }),
    'error text, host and all of the time': () => ({
      errorText: 'timeout 3',
      host: 'File',
      since: timeOf(0),
    }),
  };
  const rows: [string, number[]][] = [];
  for (const [name, filterOf] of Object.entries(searches)) {
    rows.push([name, await times((n) => reader.search(filterOf(n)))]);
  }
  const day = timeOf(images - 86_400);
  const page = { limit: 20 };
  rows.push([
    'studies, as the page lists them',
    await times(() => reader.studies({ since: day, ...page })),
  ]);
  rows.push([
    'studies, a page far behind',
    await times((n) => reader.studies({ before: 4 * n + 1, ...page })),
  ]);
  rows.push([
    '50 studies of the last tenth',
    await times(() => reader.studies({ since, limit: 50 })),
  ]);
  rows.push([
    'studies of a patient',
    await times((n) => reader.studies({ patientId: patientOf(n).id, ...page })),
  ]);
  rows.push([
    'images of a study',
    await times((n) => reader.images({ studyInstanceUid: `1.2.${studyOf(n)}`, limit: 100 })),
  ]);
  rows.push([
    'one study',
    await times((n) => reader.studies({ studyInstanceUid: `1.2.${studyOf(n)}` })),
  ]);
  rows.push(['counts of the queues', await times(() => reader.queues())]);
  rows.push(['activity of seven days', await times(() => reader.activity(timeOf(0), 7200))]);
  rows.push(['a session', await times((n) => reader.session(4 * n + 1))]);
  console.log('| search | p50 ms | p95 ms | longest ms |\n|---|---|---|---|');
  for (const [name, taken] of rows) {
    const sorted = taken.toSorted((a, b) => a - b);
    const at = (part: number) => (sorted[Math.floor(part * (sorted.length - 1))] ?? 0).toFixed(1);
    console.log(`| ${name} | ${at(0.5)} | ${at(0.95)} | ${at(1)} |`);
  }
}

async function times(search: (image: number) => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let count = 0; count < repetitions; count += 1) {
    const image = Math.floor(((count * 0.618034) % 1) * images);
    const began = performance.now();
    await search(image);
    taken.push(performance.now() - began);
  }
  return taken;
}

function studyOf(image: number): number {
  return Math.floor(image / imagesOfStudy);
}

function patientOf(image: number) {
  const number = studyOf(image) % patients;
  return { id: `P${number}`, name: `${surnames[number % surnames.length]}^N${number}` };
}

function timeOf(image: number): string {
  return new Date(first + Math.floor(image) * 1_000).toISOString();
}

/** Writes rows as the engine leaves them, past the engine: that would take hours. */
function fill(file: string): void {
  const database = new Database(file);
  database.pragma('synchronous = OFF');
  const document = database.prepare(
    `INSERT INTO documents (digest, transfer_syntax_uid, size, sop_class_uid, patient_id,
        accession_number, study_instance_uid, series_instance_uid, sop_instance_uid, modality,
        patient_name, patient_name_key)
      VALUES (?, '1.2.840.10008.1.2', 524288, '1.2.840.10008.5.1.4.1.1.2', ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const message = database.prepare(
    `INSERT INTO messages (id, session_id, type, priority, status, source_config_name,
        target_config_name, source_business_type, target_business_type, target_queue_name,
        corresponding_message_id, time_created, time_queued, time_delivered, time_processed,
        is_error, error_code, error_text, failed_at, document_digest, document_size,
        transfer_syntax_uid, modality, association_id, peer_address, calling_ae_title,
        called_ae_title)
      VALUES (?, ?, ?, 3, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 524288,
        ?, ?, ?, ?, ?, ?)`,
  );
  const step = database.prepare(
    `INSERT INTO activity VALUES (?, ?, 'Storage', 10, 0, 50, 90, 40) ON CONFLICT DO NOTHING`,
  );
  database.exec('BEGIN');
  for (let image = 0; image < images; image += 1) {
    const digest = createHash('sha256').update(String(image)).digest('hex');
    const { id: patientId, name } = patientOf(image);
    const study = studyOf(image);
    const uid = `1.2.${study}`;
    const modality = modalities[study % modalities.length]!;
    const key = name.normalize('NFC').toLowerCase();
    document.run(
      digest,
      patientId,
      `A${study}`,
      uid,
      `${uid}.1`,
      `${uid}.1.${image}`,
      modality,
      name,
      key,
    );
    const session = 4 * image + 1;
    const time = timeOf(image);
    const failed = image % 50 === 0;
    const legs = [
      ['Request', 'Door', 'Storage', 'BusinessService', 'BusinessProcess', session + 3],
      ['Request', 'Storage', 'File', 'BusinessProcess', 'BusinessOperation', session + 2],
      ['Response', 'File', 'Storage', 'BusinessOperation', 'BusinessProcess', session + 1],
      ['Response', 'Storage', 'Door', 'BusinessProcess', 'BusinessService', session],
    ] as const;
    for (const [index, [type, source, target, from, to, other]] of legs.entries()) {
      const isError = failed && index === 1;
      const hasDocument = type === 'Request';
      const arrival = index === 0 ? ['a', '10.0.0.1', `MOD${image % 20}`, 'IRIS'] : [];
      message.run(
        session + index,
        session,
        type,
        isError ? 'Error' : 'Completed',
        source,
        target,
        from,
        to,
        target,
        other,
        time,
        time,
        time,
        time,
        isError ? 1 : 0,
        isError ? 'FILE_NOT_WRITTEN' : null,
        isError ? `the disk of image ${image} did not answer: timeout ${image % 7}` : null,
        isError ? time : null,
        hasDocument ? digest : null,
        hasDocument ? '1.2.840.10008.1.2' : null,
        hasDocument ? modality : null,
        ...[0, 1, 2, 3].map((place) => arrival[place] ?? null),
      );
    }
    if (image % 10 === 0) for (const host of ['Storage', 'File']) step.run(time.slice(0, 18), host);
  }
  database.exec('COMMIT');
  database.close();
}
