import { resolve } from 'node:path';
import {
  EngineError,
  formatDuration,
  thrownAt,
  variablesFile,
  type ConsoleLog,
  type ErrorCode,
} from '@consort/core';
import { codeFrame } from '../code-frame.ts';
import { operator } from '../commands/host.ts';
import { describeError, exitCodeOf, exitCodes } from '../exit-code.ts';
import type { Output } from '../json/outputs.ts';
import { importedFiles } from '../module-versions.ts';
import { drawUpdate } from '../operate/draw-update.ts';
import { runProduction, type RunningProduction } from '../run-production.ts';
import { serve, type Served, type ServeOptions } from '../serve.ts';
import { startSayings } from '../start-sayings.ts';
import { note } from '../terminal/print.ts';
import { styleForError } from '../terminal/style.ts';
import { nextState, stateOf, type FileState } from './file-changes.ts';
import { openLogWithFrames } from './log-with-frames.ts';
import { openBrowser } from './open-browser.ts';

/** What `production dev` takes. */
export interface DevOptions extends ServeOptions {
  readonly data?: string;
  /** Default: a private redis-server, whatever REDIS_URL says. */
  readonly redisUrl?: string;
  /** Whether the page is opened in a browser. */
  readonly open: boolean;
}

/**
 * Runs a production for its author, until Ctrl-C: what is saved of its file, its `.env` and its components goes into
 * the running production as by `production update`. A mistake is shown where it stands; what ran runs on, and at the
 * start the next save is waited for. Resolves with the exit code.
 * @throws EngineError of what no change of a file can mend
 */
export async function dev(file: string, options: DevOptions): Promise<number> {
  const log = openLogWithFrames();
  const files = () => [
    ...new Set([resolve(file), variablesFile(resolve(file)), ...importedFiles()]),
  ];
  const started = await startWhenRight(file, options, log, files);
  if (!started) return exitCodes.done;
  const { running, state } = started;
  await serve(running, options, startSayings('text', log), async (served, signal) => {
    if (served.pageUrl !== undefined && options.open) openBrowser(served.pageUrl);
    note(
      styleForError('dim', 'what is saved of the file, .env and the components goes in at once'),
    );
    await followFiles(served, files, { state, warnings: running.warnings }, signal);
  });
  return exitCodes.done;
}

interface Started {
  readonly running: RunningProduction;
  /** How the files stood before it was started. */
  readonly state: FileState;
}

/** Starts a production as soon as it can be; undefined when its author gave up. */
async function startWhenRight(
  file: string,
  { data, redisUrl }: DevOptions,
  log: ConsoleLog,
  files: () => readonly string[],
): Promise<Started | undefined> {
  const giveUp = new AbortController();
  const onSignal = () => giveUp.abort();
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    let state: FileState | undefined = stateOf(files());
    for (let attempt = 1; state; attempt += 1) {
      try {
        const running = await runProduction(file, {
          log,
          env: { ...process.env, REDIS_URL: undefined },
          ...(data ? { data } : {}),
          ...(redisUrl ? { redisUrl } : {}),
        });
        return { running, state };
      } catch (error) {
        if (!isMendable(error, attempt)) throw error;
        sayMistake(error);
        note(styleForError('dim', 'it starts as soon as that is mended and saved'));
      }
      state = await nextState(files, state, giveUp.signal);
    }
    return undefined;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

const notByAFile: readonly ErrorCode[] = ['ALREADY_RUNNING', 'PRODUCTION_NOT_FOUND'];

/** Whether a change of a file can mend it. A file that was there once comes back. */
function isMendable(error: unknown, attempt: number): boolean {
  if (!(error instanceof EngineError) || exitCodeOf(error) === exitCodes.unreachable) return false;
  return !notByAFile.includes(error.code) || (error.code === 'PRODUCTION_NOT_FOUND' && attempt > 1);
}

async function followFiles(
  { handlers }: Served,
  files: () => readonly string[],
  began: { readonly state: FileState; readonly warnings: string },
  signal: AbortSignal,
): Promise<void> {
  let isMistaken = false;
  let { warnings } = began;
  let state: FileState | undefined = began.state;
  while ((state = await nextState(files, state, signal))) {
    const start = performance.now();
    try {
      const asked = { by: operator(), isDryRun: false, isReset: false };
      const updated = (await handlers['update']?.(asked)) as Output<'update'>;
      // What has been said already is not said with each save.
      if (updated.warnings && updated.warnings !== warnings) note(updated.warnings.trimEnd());
      warnings = updated.warnings;
      sayUpdated(updated, performance.now() - start, isMistaken);
      isMistaken = false;
    } catch (error) {
      if (signal.aborted) return;
      sayMistake(error);
      note(styleForError('dim', 'what ran before runs on'));
      isMistaken = true;
    }
  }
}

/** Says an error, and where it was thrown when that is a place of the author's. */
function sayMistake(error: unknown): void {
  note(styleForError('red', describeError(error)));
  const place = thrownAt(error);
  if (place) note(styleForError('dim', codeFrame(place)));
}

/** @param milliseconds that it took */
function sayUpdated(updated: Output<'update'>, milliseconds: number, wasMistaken: boolean): void {
  const lines = drawUpdate(updated);
  for (const line of lines) note(line);
  const restarted = updated.hosts
    .filter(({ change, isRestarted }) => change !== 'removed' && isRestarted)
    .map(({ name, change }) => `${change === 'added' ? 'started' : 'restarted'} ${name}`);
  if (lines.length > 0) {
    const what = restarted.join(', ') || 'updated';
    const took = formatDuration(Math.round(milliseconds));
    note(styleForError('green', `${what} in ${took}; everything else ran on`));
  } else if (wasMistaken) {
    note(styleForError('green', 'in order again, and nothing is different'));
  }
}
