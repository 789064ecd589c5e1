import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError, errorCodes, type ErrorCode, type Event } from '@consort/core';
import { killPrivateRedis } from '@consort/redis';
import type { FromDrilled } from './run-drilled.ts';

/** Where everything of a drill is: one temporary folder. */
export interface DrillFolder {
  readonly root: string;
  readonly data: string;
  /** The production file as it is drilled. */
  readonly changed: string;
  /** While it is there, documents cannot be written. */
  readonly diskFull: string;
  /** A line for each connection beyond this machine that was refused. */
  readonly attempts: string;
}

/** The production that is drilled, in a process of its own. */
export interface DrilledProcess {
  /** Everything it logged, oldest first, over all its runs. */
  readonly events: readonly Event[];
  /** Starts it; resolves once it runs. @throws EngineError what kept it from starting */
  start(): Promise<void>;
  /** As kill -9; resolves once it is gone. */
  kill(): Promise<void>;
  /** Kills its Redis. */
  killRedis(): Promise<void>;
  /** Ends it and its Redis. */
  end(): Promise<void>;
}

/** Milliseconds that an orderly end may take; then it is killed. */
const patience = 20_000;

/** Prepares the process of a production file; `start` starts it. */
export function drilledProcess(file: string, folder: DrillFolder): DrilledProcess {
  const events: Event[] = [];
  let child: ChildProcess | undefined;
  let gone: Promise<void> = Promise.resolve();
  const redis = join(folder.data, 'redis');

  return {
    events,

    async start() {
      const guard = new URL('./stay-local.ts', import.meta.url).href;
      const started = Promise.withResolvers<void>();
      const options = process.env['NODE_OPTIONS'];
      const made = fork(
        new URL('./run-drilled.ts', import.meta.url),
        [file, folder.changed, folder.data],
        {
          // A group of its own: Ctrl-C at the terminal is for the drill, which ends it.
          detached: true,
          execArgv: ['--import', guard],
          stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
          env: {
            ...process.env,
            // For the child processes of its components too.
            NODE_OPTIONS: [options, `--import=${guard}`].filter(Boolean).join(' '),
            OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
            CONSORT_DATA: undefined,
            CONSORT_DRILL_ATTEMPTS: folder.attempts,
            CONSORT_DRILL_DISK_FULL: folder.diskFull,
          },
        },
      );
      child = made;
      gone = new Promise((resolve) => {
        made.once('exit', () => {
          started.reject(new Error('the drilled production ended before it ran'));
          resolve();
        });
      });
      made.on('message', (said: FromDrilled) => {
        if ('event' in said) events.push(said.event);
        else if ('failed' in said) started.reject(errorOf(said.failed));
        else started.resolve();
      });
      await started.promise;
    },

    async kill() {
      child?.kill('SIGKILL');
      await gone;
    },

    async killRedis() {
      await killPrivateRedis(redis);
    },

    async end() {
      child?.kill('SIGTERM');
      const over = new AbortController();
      const late = sleep(patience, undefined, { signal: over.signal }).then(
        () => child?.kill('SIGKILL'),
        () => undefined,
      );
      await gone;
      over.abort();
      await late;
      // One that was killed has left its Redis behind.
      await killPrivateRedis(redis);
    },
  };
}

function errorOf({ code, text }: { readonly code?: string; readonly text: string }): Error {
  const isKnown = code !== undefined && code in errorCodes;
  return isKnown ? new EngineError(code as ErrorCode, text) : new Error(text);
}
