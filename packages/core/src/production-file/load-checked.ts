import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { z } from 'zod';
import { EngineError } from '../errors.ts';
import type { Finding } from '../production.ts';
import { readTree } from './read-tree.ts';
import { reportOn } from './report.ts';
import { validate } from './validate.ts';

/** A YAML file that was checked against a schema, and what was found about it. */
export interface LoadedFile<Output> {
  /** Absent when there are findings. */
  readonly output?: Output;
  readonly findings: readonly Finding[];
  /** What `formatFindings` quotes from. */
  readonly source: string;
}

const largest = 1024 * 1024;

/**
 * Reads a YAML file beside a production, a scenario say, by the rules of the production file: variables, no aliases,
 * strict keys, every mistake with its position.
 * @throws EngineError NOT_FOUND when there is no file to read
 */
export async function loadChecked<Schema extends z.ZodObject>(
  file: string,
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): Promise<LoadedFile<z.output<Schema>>> {
  const bytes = await buffer(createReadStream(resolve(file), { end: largest })).catch(
    (error: unknown) => {
      const { code, message } = error as NodeJS.ErrnoException;
      const reason = code === 'ENOENT' ? 'there is no such file' : message;
      throw new EngineError('NOT_FOUND', `cannot read ${file}: ${reason}`);
    },
  );
  const text = bytes.toString();
  const report = reportOn(file, text);
  if (bytes.length > largest) report.error('FILE_UNREADABLE', 0, 'this file has more than 1 MiB');
  const tree = bytes.length > largest ? undefined : readTree(text, env, report);
  if (tree && tree.kind !== 'map') report.error('VALUE_UNFIT', tree.at, 'expected keys and values');
  const checked = tree?.kind === 'map' ? await validate(schema, tree, { report, at: tree.at }) : {};
  const output = 'output' in checked ? (checked.output as z.output<Schema>) : undefined;
  const { findings } = report;
  const source = report.shown();
  return output && findings.length === 0 ? { output, findings, source } : { findings, source };
}
