import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Event } from '@consort/core';
import { decodeDataSet, type DataValues } from '@consort/dicom';
import { readPart10 } from '@consort/dicom/part10';
import { differenceOfTrace, type TestProduction } from '../test-production/index.ts';
import type { Scenario } from './scenario-keys.ts';

type FilesWanted = Scenario['files'][number];

/** Says in words what has not come as a scenario expects it; nothing when all of it has. */
export async function judgeScenario(
  { traces, files, events, noEvents }: Scenario,
  production: TestProduction,
): Promise<readonly string[]> {
  const differences = [...(await judgeTraces(traces, production))];
  for (const wanted of files) differences.push(...(await judgeFiles(wanted, production)));
  for (const wanted of events) {
    if (!production.events.some((event) => fits(event, wanted)))
      differences.push(`there is no event ${shown(wanted)}`);
  }
  for (const unwanted of noEvents) {
    const found = production.events.find((event) => fits(event, unwanted));
    if (found)
      differences.push(`there is an event ${shown(unwanted)}: ${found.code}: ${found.text}`);
  }
  return differences;
}

/** Says whether a value holds everything that another names, however deep. */
export function partOf(value: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return value === part;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(part).every(([key, wanted]) =>
    partOf((value as Record<string, unknown>)[key], wanted),
  );
}

/** A value in one line. */
export function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}

async function judgeTraces(
  traces: Scenario['traces'],
  production: TestProduction,
): Promise<readonly string[]> {
  if (!traces) return [];
  const sessions = await production.sessions();
  const differences: string[] = [];
  if (sessions.length !== traces.length)
    differences.push(`there are ${sessions.length} sessions; expected: ${traces.length}`);
  for (const [index, lines] of traces.entries()) {
    const session = sessions[index];
    if (session === undefined) continue;
    const messages = await production.messages.session(session);
    const difference = differenceOfTrace(messages, lines);
    if (difference === undefined) continue;
    differences.push(
      `the trace of session ${index + 1} (- is missing, + was not expected)\n${difference}`,
    );
  }
  return differences;
}

async function judgeFiles(
  { at, count, elements = [] }: FilesWanted,
  production: TestProduction,
): Promise<readonly string[]> {
  const paths = await filesAt(at, production);
  const differences: string[] = [];
  if (count !== undefined && paths.length !== count)
    differences.push(`${at} has ${paths.length} files; expected: ${count}`);
  const left = elements.length > 0 ? await Promise.all(paths.map(valuesOfFile)) : [];
  for (const wanted of elements) {
    const index = left.findIndex((values) => hasElements(values, wanted));
    if (index >= 0) left.splice(index, 1);
    // What the others hold instead is left out: it may be patient data.
    else differences.push(`${at} has no file, or no other one, with ${shown(wanted)}`);
  }
  return differences;
}

/** Of a file operation what it wrote; of a DICOM operation what its peer has taken. */
async function filesAt(host: string, production: TestProduction): Promise<readonly string[]> {
  const { hosts } = production.running.production;
  if (hosts.find(({ name }) => name === host)?.componentName === 'dicom.tcp-operation') {
    return production
      .peer(host)
      .received.filter(({ answered }) => answered === '0000')
      .map(({ file }) => file);
  }
  const folder = production.folder(host);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

async function valuesOfFile(path: string): Promise<DataValues> {
  const bytes = await readFile(path);
  const read = async (position: number, length: number) =>
    bytes.subarray(position, position + length);
  const { meta, dataSetPosition } = await readPart10({ read, size: bytes.length });
  return decodeDataSet(bytes.subarray(dataSetPosition), meta.transferSyntaxUid);
}

function hasElements(values: DataValues, wanted: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(wanted).every(([keyword, value]) => (values[keyword] ?? null) === value);
}

function fits(event: Event, wanted: Scenario['events'][number]): boolean {
  return Object.entries(wanted).every(([key, value]) => event[key as keyof Event] === value);
}
