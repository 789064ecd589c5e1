import { parentPort } from 'node:worker_threads';
import { codeFrame, type FrameJob } from './code-frame.ts';
import { loadCodecModule } from './codec-module.ts';
import { FrameUnfit } from './frame-unfit.ts';

/** What the thread is sent, one at a time. */
export type ToCodecThread = FrameJob & { readonly frame: Uint8Array<ArrayBuffer> };

/** What it answers: bytes, or why there are none. */
export type FromCodecThread =
  | { readonly type: 'done'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'unfit'; readonly reason: string };

const newModule = await loadCodecModule();
let module = newModule();

parentPort?.on('message', ({ frame, ...job }: ToCodecThread) => {
  const answer = answerTo(job, Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
  parentPort?.postMessage(answer, answer.type === 'done' ? [answer.bytes.buffer] : []);
});

const inWords = { decode: 'decoded', encode: 'encoded', draw: 'drawn' };

function answerTo(job: FrameJob, frame: Buffer): FromCodecThread {
  try {
    const coded = codeFrame(module, job, frame) as Buffer<ArrayBuffer>;
    // A small one may stand in a buffer with others, which is not handed over.
    const isAlone = coded.length === coded.buffer.byteLength;
    return { type: 'done', bytes: isAlone ? coded : new Uint8Array(coded) };
  } catch (error) {
    if (error instanceof FrameUnfit) return { type: 'unfit', reason: error.message };
    // In whatever state it was left, nothing of it is used again.
    module = newModule();
    // What the codec says may hold what it has read.
    return { type: 'unfit', reason: `cannot be ${inWords[job.work]}: the codec for it gave up` };
  }
}
