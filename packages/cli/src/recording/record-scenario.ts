import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import {
  EngineError,
  type DocumentStore,
  type Message,
  type MessageHeader,
  type Production,
} from '@consort/core';
import { encodeDataSet, isDicomDocument, readDataSet, type DataValues } from '@consort/dicom';
import { part10Prefix } from '@consort/dicom/part10';
import { traceLines } from '../test-production/index.ts';
import { assertHarmless, deidentifier } from './deidentify.ts';
import { pixelsFor } from './pixels.ts';

/** What is to be recorded, and how. */
export interface Recording {
  readonly messages: readonly Message[];
  readonly production: Production;
  readonly documents: Pick<DocumentStore, 'open'>;
  readonly folder: string;
  readonly pixels: 'own' | 'pattern';
}

/** What was written. */
export interface RecordedScenario {
  readonly file: string;
  readonly image: string;
}

// Transfer syntaxes whose pixel data is native (PS3.5 sections A.1 to A.5).
const native = [
  '1.2.840.10008.1.2',
  '1.2.840.10008.1.2.1',
  '1.2.840.10008.1.2.1.99',
  '1.2.840.10008.1.2.2',
];
const explicitLittleEndian = '1.2.840.10008.1.2.1';

/**
 * Makes a scenario of a session that began with an image: the image of nobody, and what came of it.
 * @throws EngineError RECORDING_UNFIT for another session, USAGE, RECORDING_UNSAFE
 */
export async function recordScenario({
  messages,
  production,
  documents,
  folder,
  pixels,
}: Recording): Promise<RecordedScenario> {
  const first = messages[0];
  const { header, body } = first ?? {};
  if (
    !header ||
    !body?.document ||
    !isDicomDocument(body) ||
    body.command.commandField !== 'C-STORE-RQ'
  )
    throw unfit(header, 'it did not begin with an image');
  const source = production.hosts.find(({ name }) => name === header.sourceConfigName);
  if (source?.kind !== 'service') throw unfit(header, 'no service of the file brought it');
  if (messages.some(({ header: { status } }) => isOpen(status)))
    throw unfit(header, 'it is not over: production trace shows what it waits for');

  const image = `session-${header.sessionId}.dcm`;
  const { transferSyntaxUid } = body.document;
  const isCompressed = !native.includes(transferSyntaxUid);
  const written = isCompressed ? explicitLittleEndian : transferSyntaxUid;
  const original = (await readDataSet(body, documents)).values();
  const made: DataValues = {
    ...deidentifier().elements(original),
    ...(await pixelsFor(original, pixels, isCompressed)),
  };
  const dataSet = encodeDataSet(made, { transferSyntaxUid: written });
  const text = scenarioText(messages, production, header, image, folder);
  assertHarmless(made);

  const { SOPClassUID: sopClassUid, SOPInstanceUID: sopInstanceUid } = made;
  if (typeof sopClassUid !== 'string' || typeof sopInstanceUid !== 'string')
    throw unfit(header, 'its image is of a private SOP class');
  const prefix = part10Prefix({ sopClassUid, sopInstanceUid, transferSyntaxUid: written });
  await mkdir(folder, { recursive: true });
  const file = join(folder, `session-${header.sessionId}.scenario.yaml`);
  await writeFile(join(folder, image), Buffer.concat([prefix, dataSet]));
  await writeFile(file, text);
  return { file, image: join(folder, image) };
}

/** Names of hosts, AE titles, statuses and codes: nothing of a body. */
function scenarioText(
  messages: readonly Message[],
  production: Production,
  first: MessageHeader,
  image: string,
  folder: string,
): string {
  const step =
    componentOf(production, first.sourceConfigName) === 'dicom.file-service'
      ? { put: [image], into: first.sourceConfigName }
      : {
          send: [image],
          to: first.sourceConfigName,
          from: first.arrival?.callingAeTitle,
          as: first.arrival?.calledAeTitle,
          statuses: /^[0-9A-F]{4}$/i.test(first.answered?.status ?? '')
            ? [first.answered?.status]
            : undefined,
        };
  const scenario = {
    name: `session ${first.sessionId}`,
    production: relative(resolve(folder), production.file) || production.file,
    peers: peersOf(messages, production),
    steps: [step],
    traces: [traceLines(messages)],
    files: filesOf(messages, production),
  };
  return `# Recorded by production record. The image is of nobody; docs/testing.md says what it does not hold.\n${yaml(scenario)}\n`;
}

/** What stands in for each DICOM peer answers as the peer did. */
function peersOf(messages: readonly Message[], production: Production) {
  const peers: Record<string, string[]> = {};
  for (const { header, body } of messages) {
    const { sourceConfigName, targetConfigName, type, status } = header;
    const operation = type === 'Response' ? sourceConfigName : targetConfigName;
    if (componentOf(production, operation) !== 'dicom.tcp-operation') continue;
    const answers = (peers[operation] ??= []);
    if (type === 'Request' && status !== 'Completed') answers.push('abort');
    const code = body && isDicomDocument(body) ? body.command.status : undefined;
    if (type === 'Response' && !header.isError && typeof code === 'number')
      answers.push(code.toString(16).toUpperCase().padStart(4, '0'));
  }
  return Object.fromEntries(Object.entries(peers).filter(([, answers]) => answers.length > 0));
}

function filesOf(messages: readonly Message[], production: Production) {
  const counts = new Map<string, number>();
  for (const { header } of messages) {
    const { targetConfigName: host, type, status } = header;
    if (type !== 'Request' || componentOf(production, host) !== 'dicom.file-operation') continue;
    counts.set(host, (counts.get(host) ?? 0) + (status === 'Completed' ? 1 : 0));
  }
  return [...counts].map(([at, count]) => ({ at, count }));
}

function componentOf({ hosts }: Production, name: string): string | undefined {
  return hosts.find((host) => host.name === name)?.componentName;
}

/** YAML of plain data, which is JSON in more lines (YAML 1.2.2 section 1.2); `$` begins a variable. */
function yaml(value: Readonly<Record<string, unknown>>): string {
  const scalar = (one: unknown) => JSON.stringify(one).replaceAll('$', '$$$$');
  return Object.entries(value)
    .filter(
      ([, one]) => one !== undefined && (typeof one !== 'object' || Object.keys(one!).length > 0),
    )
    .map(([key, one]) => {
      if (!Array.isArray(one)) return `${key}: ${scalar(one)}`;
      const items = one.map((item: unknown) =>
        Array.isArray(item)
          ? `  - ${item.map((line) => `- ${scalar(line)}`).join('\n    ')}`
          : `  - ${scalar(item)}`,
      );
      return `${key}:\n${items.join('\n')}`;
    })
    .join('\n');
}

function isOpen(status: MessageHeader['status']): boolean {
  return status === 'Queued' || status === 'Delivered' || status === 'Deferred';
}

function unfit(header: MessageHeader | undefined, why: string): EngineError {
  return new EngineError(
    'RECORDING_UNFIT',
    `session ${header?.sessionId ?? '(none)'} cannot be recorded: ${why}; ` +
      'a session that ended, and that a service began with an image, can be',
  );
}
