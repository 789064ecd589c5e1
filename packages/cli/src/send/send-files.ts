import { codeOf } from '@consort/core';
import { dimseStatusInWords, isDone, statusHex } from '@consort/dicom';
import { associate, type Association } from './associate.ts';
import type { OutgoingFile } from './outgoing-file.ts';
import type { Peer } from './peer.ts';
import { planAssociations, type PlannedAssociation } from './plan-associations.ts';

/** What became of a file. */
export interface SentFile {
  readonly path: string;
  readonly isSent: boolean;
  /** Four hex digits, when the peer answered. */
  readonly status?: string;
  /** The outcome in words. */
  readonly text: string;
}

/** Called before each file, and after each piece of it has been read. */
export interface SendProgress {
  file(path: string): void;
  bytes(count: number): void;
}

/**
 * Sends files by C-STORE. An association that the peer ends early costs the file that was under way; the files
 * after it go on a new one.
 * @throws what `associate` throws, when no file has been sent yet
 */
export async function sendFiles(
  peer: Peer,
  files: readonly OutgoingFile[],
  progress: SendProgress,
): Promise<readonly SentFile[]> {
  const waiting = [...planAssociations(files)];
  const outcomes: SentFile[] = [];
  for (let plan = waiting.shift(); plan; plan = waiting.shift()) {
    let association: Association;
    try {
      association = await associate(peer, plan.contexts);
    } catch (error) {
      if (outcomes.length === 0) throw error;
      const left = [plan, ...waiting].flatMap((one) => one.files);
      return [...outcomes, ...left.map((file) => failed(file, error))];
    }
    const rest = await sendOn(association, plan, progress, outcomes);
    if (rest.files.length > 0) waiting.unshift(rest);
  }
  return outcomes;
}

/** Sends the files of one association; what is left when it ends early is returned. */
async function sendOn(
  association: Association,
  { files, contexts }: PlannedAssociation,
  progress: SendProgress,
  outcomes: SentFile[],
): Promise<PlannedAssociation> {
  for (const [index, file] of files.entries()) {
    progress.file(file.path);
    try {
      const { dataSet, ...object } = file;
      const response = await association.store({
        ...object,
        dataSet: counted(dataSet(), progress),
      });
      outcomes.push(answered(file, response));
    } catch (error) {
      outcomes.push(failed(file, error));
      if (codeOf(error) === 'CONTEXT_NOT_ACCEPTED') continue;
      await association.abort();
      return { files: files.slice(index + 1), contexts };
    }
  }
  // Everything has been answered: how the association ends changes nothing.
  await association.release().catch(() => association.abort());
  return { files: [], contexts };
}

async function* counted(dataSet: AsyncIterable<Buffer>, progress: SendProgress) {
  for await (const bytes of dataSet) {
    progress.bytes(bytes.length);
    yield bytes;
  }
}

function answered(
  { path }: OutgoingFile,
  { status, errorComment }: { readonly status: number; readonly errorComment?: string },
): SentFile {
  const comment = errorComment ? ` (${errorComment})` : '';
  return {
    path,
    isSent: isDone(status),
    status: statusHex(status),
    text: `${statusHex(status)} ${dimseStatusInWords(status)}${comment}`,
  };
}

/** What became of a file that could not be sent. */
export function failed({ path }: { readonly path: string }, error: unknown): SentFile {
  return { path, isSent: false, text: error instanceof Error ? error.message : String(error) };
}
