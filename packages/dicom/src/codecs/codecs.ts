import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FrameJob } from './code-frame.ts';
import type { FromCodecThread, ToCodecThread } from './codec-thread.ts';
import { FrameUnfit } from './frame-unfit.ts';

/** Decodes, encodes and draws frames on a thread of its own, one after the other. */
export interface Codecs {
  /**
   * @returns its plain pixels, it encoded, or its picture, in a buffer of its own
   * @throws FrameUnfit also when it takes too long: then the thread is ended, and the next frame begins a new one
   */
  code(job: FrameJob, frame: Buffer): Promise<Buffer>;
  /** Ends the thread. What waits is FrameUnfit. */
  close(): Promise<void>;
}

/** What a thread of codecs may take. */
export interface CodecLimits {
  /** Milliseconds for one frame, the start of the thread with the first; 60 000 by default. */
  readonly time?: number;
  /** Milliseconds without work after which the thread, and its memory with it, is given up; 30 000 by default. */
  readonly idle?: number;
}

/** Makes codecs; the thread begins with the first frame. */
export function openCodecs({ time = 60_000, idle = 30_000 }: CodecLimits = {}): Codecs {
  let thread: Worker | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  let idling: NodeJS.Timeout | undefined;

  async function end(): Promise<void> {
    clearTimeout(idling);
    const ending = thread;
    thread = undefined;
    await ending?.terminate();
  }

  async function codeNow(job: FrameJob, frame: Buffer): Promise<Buffer> {
    if (isClosed) throw new FrameUnfit('is not coded any more: the codecs are closed');
    clearTimeout(idling);
    thread ??= startThread();
    const answer = await answerOf(thread, job, frame, time).catch(async (error: unknown) => {
      await end();
      throw error;
    });
    if (answer.type === 'broken') await end();
    else idling = setTimeout(() => void end(), idle).unref();
    if (answer.type !== 'done') throw new FrameUnfit(answer.reason);
    return Buffer.from(answer.bytes.buffer);
  }

  return {
    code(job, frame) {
      const coded = turn.then(() => codeNow(job, frame));
      turn = coded.catch(() => undefined);
      return coded;
    },
    async close() {
      isClosed = true;
      await end();
      await turn;
    },
  };
}

function startThread(): Worker {
  const thread = new Worker(new URL('./codec-thread.ts', import.meta.url), {
    name: 'codecs',
    // What it holds of frames is not in its heap; codec-module.ts limits that.
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
  });
  thread.unref();
  return thread;
}

async function answerOf(
  thread: Worker,
  job: FrameJob,
  frame: Buffer,
  time: number,
): Promise<FromCodecThread | Broken> {
  const copy = new Uint8Array(frame);
  const over = new AbortController();
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    over.abort();
  }, time);
  // While it works it keeps the process; otherwise nothing waits for it.
  thread.ref();
  try {
    thread.postMessage({ ...job, frame: copy } satisfies ToCodecThread, [copy.buffer]);
    const message = once(thread, 'message', { signal: over.signal });
    const exit = once(thread, 'exit', { signal: over.signal });
    const answer = message.then(([one]) => one as FromCodecThread);
    return await Promise.race([answer, exit.then(() => broken('lost the thread of its codec'))]);
  } catch (error) {
    if (isLate) return broken(`takes longer than ${time / 1000} s`);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_WORKER_OUT_OF_MEMORY') return broken('needs more memory than a frame gets');
    throw error;
  } finally {
    clearTimeout(late);
    over.abort();
    thread.unref();
  }
}

/** The thread is not to be used again. */
interface Broken {
  readonly type: 'broken';
  readonly reason: string;
}

function broken(reason: string): Broken {
  return { type: 'broken', reason };
}
