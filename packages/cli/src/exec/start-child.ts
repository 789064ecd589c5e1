import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, EngineError, PermanentError, type Event, type Json } from '@consort/core';
import { ChildEnded } from '../children/count-ends.ts';
import { killGroup, type Child } from '../children/keep-child.ts';
import {
  protocol,
  readLine,
  type ChildResponse,
  type ChildSend,
  type FromChild,
  type ToChild,
} from './child-lines.ts';
import { commandOf, type Command } from './command-of.ts';
import { logStderr } from './log-stderr.ts';
import { splitLines } from './split-lines.ts';
import { timeLimit, type TimeLimit } from './time-limit.ts';

/** How a child is started and what it may take. Times are milliseconds. */
export interface ChildPlan {
  readonly host: string;
  readonly production: string;
  readonly command: Command;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly targets: readonly string[];
  readonly options: Json;
  readonly startTimeout: number;
  readonly requestTimeout: number;
  /** Bytes. */
  readonly maxLineLength: number;
  /** MB. */
  readonly memoryLimit?: number | undefined;
  log(event: Event): void;
}

/** A message for a child. */
export type Task = Omit<Extract<ToChild, { type: 'request' }>, 'type' | 'id'>;
export type SendResult = Pick<Extract<ToChild, { type: 'result' }>, 'body' | 'file'>;

/** A child that has said that it is ready. It works on one message at a time. */
export interface ExecChild extends Child {
  /**
   * Has it work on a message.
   * @param send does what the child asks for meanwhile
   * @throws ChildEnded; what the child says is wrong; what a send that it did not wait for has come to
   */
  work(
    task: Task,
    send: (line: ChildSend) => Promise<SendResult>,
    signal: AbortSignal,
  ): Promise<ChildResponse>;
}

interface InHand {
  readonly id: number;
  readonly task: Task;
  readonly sends: Set<Promise<SendResult>>;
  readonly limit: TimeLimit;
  send(line: ChildSend): Promise<SendResult>;
  readonly answer: PromiseWithResolvers<ChildResponse>;
}

/** Sends of one message that may wait at a time. */
const mostSends = 100;

/** @throws EngineError CHILD_NOT_STARTED */
export async function startChild(plan: ChildPlan): Promise<ExecChild> {
  const { host, production, targets, options } = plan;
  const { program, args } = await commandOf(plan.command, plan.memoryLimit);
  const child = spawn(program, args, {
    cwd: plan.cwd,
    env: { ...plan.env },
    // A group of its own, which can be ended with all that it has started.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = Promise.withResolvers<string>();
  const started = Promise.withResolvers<void>();
  const lines = splitLines(plan.maxLineLength);
  let state: 'starting' | 'ready' | 'stopping' = 'starting';
  let why: string | undefined;
  let inHand: InHand | undefined;
  let last = 0;
  let hasWorked = false;

  function kill(reason: string): void {
    why ??= reason;
    killGroup(child.pid);
  }

  function finish(reason: string): void {
    clearTimeout(starting);
    started.reject(
      new EngineError('CHILD_NOT_STARTED', `the child of ${host} did not start: ${reason}`),
    );
    inHand?.limit.end();
    inHand?.answer.reject(new ChildEnded(reason, 1));
    ended.resolve(reason);
  }

  function say(line: ToChild): void {
    child.stdin.write(`${JSON.stringify(line)}\n`);
  }

  const starting = setTimeout(
    () => kill(`it was not ready within ${plan.startTimeout / 1_000} s`),
    plan.startTimeout,
  );
  child.once('error', (error: NodeJS.ErrnoException) => {
    why ??= `${plan.command.program} cannot be run: ${error.code}; see command and cwd`;
    // One that never ran has no end of its own.
    if (child.pid === undefined) finish(why);
  });
  child.once('exit', (code, signal) => {
    why ??= signal ? `it was ended by ${signal}` : `it ended with exit code ${code}${hint(code)}`;
    killGroup(child.pid);
    // Somebody who has left the group may hold these open.
    const timer = setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, 1_000);
    child.once('close', () => clearTimeout(timer));
  });
  child.once('close', () => finish(why ?? 'it ended'));
  child.stdin.on('error', () => undefined); // It does not read any more: its end says so.
  child.stdout.on('error', () => undefined);
  child.stdout.on('data', (bytes: Buffer) => {
    const read = lines.push(bytes);
    if (read === 'tooLong') {
      kill(`it wrote a line of more than ${plan.maxLineLength} bytes; see maxLineLength`);
      child.stdout.destroy();
      return;
    }
    for (const text of read) if (why === undefined && text.trim() !== '') take(readLine(text));
  });
  child.stdout.once('end', () => {
    // On its way out it closes it too.
    if (state === 'stopping') return;
    setTimeout(() => kill('it closed its standard output'), 500).unref();
  });
  const ids = () =>
    inHand ? { messageId: inHand.task.messageId, sessionId: inHand.task.sessionId } : {};
  logStderr(child.stderr, ids, plan.log);

  function take(line: FromChild | { readonly type: 'broken'; readonly why: string }): void {
    if (line.type === 'broken') return kill(`it wrote ${line.why}`);
    if (line.type === 'ready') {
      if (state !== 'starting') return kill('it said a second time that it is ready');
      state = 'ready';
      clearTimeout(starting);
      return started.resolve();
    }
    if (!inHand || line.id !== inHand.id) return kill(`it wrote of a request it does not have`);
    if (line.type === 'response') void answer(inHand, line);
    else if (line.type === 'error') fail(inHand, line);
    else void send(inHand, line);
  }

  /** What it has sent and not waited for belongs to the message too. */
  async function answer(current: InHand, line: ChildResponse): Promise<void> {
    inHand = undefined;
    hasWorked = true;
    const results = await Promise.allSettled(current.sends);
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed) current.answer.reject((failed as PromiseRejectedResult).reason);
    else current.answer.resolve(line);
  }

  function fail(current: InHand, { text, permanent }: FromChild & { type: 'error' }): void {
    inHand = undefined;
    hasWorked = true;
    current.answer.reject(
      permanent
        ? new PermanentError('HANDLER_FAILED', text)
        : new EngineError('HANDLER_FAILED', text),
    );
  }

  async function send(current: InHand, line: ChildSend): Promise<void> {
    const { id, call } = line;
    if (current.sends.size >= mostSends) {
      return kill(`it has ${mostSends} requests on their way and sends another`);
    }
    const sending = current.send(line);
    current.sends.add(sending);
    current.limit.pause();
    try {
      const result = await sending;
      if (inHand === current) {
        current.sends.delete(sending);
        say({ type: 'result', id, call, ...result });
      }
    } catch (error) {
      if (inHand === current) {
        current.sends.delete(sending);
        const text = error instanceof Error ? error.message : String(error);
        say({ type: 'failure', id, call, code: codeOf(error), text });
      }
    } finally {
      current.limit.resume();
    }
  }

  say({ type: 'hello', protocol, production, host, targets, options });
  await started.promise;

  return {
    ended: ended.promise,
    hasWorked: () => hasWorked,

    async work(task, sendOut, signal) {
      if (why !== undefined) throw new ChildEnded('it had ended already', Infinity);
      const id = ++last;
      const current: InHand = {
        id,
        task,
        send: sendOut,
        sends: new Set(),
        answer: Promise.withResolvers(),
        limit: timeLimit(plan.requestTimeout, () =>
          kill(`it did not answer within ${plan.requestTimeout / 1_000} s; see requestTimeout`),
        ),
      };
      inHand = current;
      const cancel = () => say({ type: 'cancel', id });
      signal.addEventListener('abort', cancel, { once: true });
      try {
        say({ type: 'request', id, ...task });
        return await current.answer.promise;
      } finally {
        current.limit.end();
        signal.removeEventListener('abort', cancel);
      }
    },

    async stop(grace) {
      state = 'stopping';
      child.stdin.end();
      await Promise.race([ended.promise, sleep(grace / 2, undefined, { ref: false })]);
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const timer = setTimeout(() => kill('it did not end when it was asked to'), grace / 2);
      await ended.promise;
      clearTimeout(timer);
    },
  };
}

function hint(code: number | null): string {
  return code === 127 || code === 126 ? ', as when the command is not found; see command' : '';
}
