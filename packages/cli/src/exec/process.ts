import {
  defineProcess,
  duration,
  path,
  PermanentError,
  secret,
  target,
  type MessageBody,
  type ProcessContext,
  type Request,
} from '@consort/core';
import { storageResponse } from '@consort/dicom';
import { z } from 'zod';
import { ChildEnded, countEnds, type EndsOfMessages } from '../children/count-ends.ts';
import type { ChildResponse, ChildSend } from './child-lines.ts';
import { childPool, type ChildPool } from './child-pool.ts';
import { startChild, type SendResult } from './start-child.ts';
import { openWorkFolder, type RequestFolder, type WorkFolder } from './work-folder.ts';

const bounded = duration().refine((value) => value > 0 && value !== Infinity, {
  message: 'a child that hangs would be waited for without end; write a time, like 30s',
});

const settings = z.object({
  command: z.string().min(1).meta({
    description: 'The program to run: a name that PATH finds, or a path, relative to cwd.',
  }),
  args: z.array(z.string()).default([]).meta({ description: 'Its arguments.' }),
  cwd: path().default('.').meta({
    description: "The folder it runs in. Default: the production file's.",
  }),
  env: z.record(z.string(), z.string()).default({}).meta({
    description: 'All the environment it has, but for secretEnv: nothing of ours goes to it.',
  }),
  secretEnv: z.record(z.string(), secret()).default({}).meta({
    description: 'More of it, never shown; take the values from the environment with ${…}.',
  }),
  options: z.record(z.string(), z.json()).default({}).meta({
    description: 'What it is told when it starts: settings of its own.',
  }),
  targets: z.array(target()).default([]).meta({ description: 'The hosts it may send to.' }),
  startTimeout: bounded.prefault('30s').meta({
    description: 'How long it may take until it says that it is ready.',
  }),
  requestTimeout: bounded.prefault('60s').meta({
    description: 'How long it may take for a message, without the time that it waits for a target.',
  }),
  stopTimeout: bounded.prefault('5s').meta({
    description: 'How long it may take to end: half of it for itself, half after SIGTERM.',
  }),
  restartInterval: bounded.prefault('1s').meta({
    description: 'Pause before one that has ended is started again, doubled while that is no use.',
  }),
  restartMaxInterval: bounded.prefault('30s').meta({ description: 'The longest of these pauses.' }),
  maxLineLength: z.int().min(1_000).max(100_000_000).default(1_000_000).meta({
    description: 'Bytes of a line that it may write.',
  }),
  memoryLimit: z.int().min(16).optional().meta({
    description: 'MB of address space that it may have (RLIMIT_AS, by prlimit). Default: no limit.',
  }),
  document: z.enum(['file', 'none']).default('file').meta({
    description: 'file: it gets the document of a message as a file. none: it does not need it.',
  }),
  workDirectory: path().optional().meta({
    description: "Where these files are. Default: the system's folder for temporary files.",
  }),
});

type Settings = z.output<typeof settings>;

interface State {
  readonly children: ChildPool;
  readonly folder: WorkFolder;
  readonly ends: EndsOfMessages;
  readonly stopTimeout: number;
}

/**
 * `process.exec`: a process in any language: a program that is kept running, for each worker one, and spoken to in lines of
 * JSON. `docs/components.md` has the protocol.
 */
export default defineProcess({
  description: 'Has a program of yours, in any language, decide what happens to a message.',
  settings,

  async onInit({ settings: set, host, production, documents, log }): Promise<State> {
    const folder = await openWorkFolder(set.workDirectory, production.id, host, documents);
    const { command: program, args, stopTimeout, ...plan } = set;
    const start = () =>
      startChild({
        ...plan,
        env: { ...set.env, ...set.secretEnv },
        command: { program, args },
        host,
        production: production.name,
        log,
      });
    const keeping = {
      host,
      log,
      shortest: set.restartInterval,
      longest: Math.max(set.restartInterval, set.restartMaxInterval),
    };
    const children = await childPool(start, keeping);
    return { children, folder, ends: countEnds(), stopTimeout };
  },

  async onTearDown({ children, folder, stopTimeout }) {
    await children.stop(stopTimeout);
    await folder.remove();
  },

  async onRequest(request, context) {
    const { ends, children, folder } = context.state;
    const name = String(request.header.id);
    const own = await folder.begin(name);
    try {
      const done = await children.use(context.signal, async (child) => {
        const { id: messageId, sessionId } = request.header;
        const file = await fileFor(request.body, own, context.settings);
        const task = { messageId, sessionId, body: request.body, directory: own.directory };
        const send = sender(context, own);
        return child.work({ ...task, ...(file ? { file } : {}) }, send, context.signal);
      });
      ends.forget(name);
      return await responseOf(done, request, own);
    } catch (error) {
      if (error instanceof ChildEnded) throw ends.note(name, error);
      ends.forget(name);
      throw error;
    } finally {
      await own.remove();
    }
  },
});

function fileFor(body: MessageBody | undefined, own: RequestFolder, { document }: Settings) {
  return document === 'file' ? own.put(body) : undefined;
}

/** Sends what a child asks for, in the order of its lines: that order is what a second run is compared with. */
function sender(context: ProcessContext<Settings, unknown, unknown>, own: RequestFolder) {
  let before: Promise<unknown> = Promise.resolve();

  async function issue(line: ChildSend, body: MessageBody | undefined): Promise<SendResult> {
    const { target: to } = line;
    if (!context.settings.targets.includes(to)) {
      const known = context.settings.targets.join(', ') || 'none';
      throw new PermanentError(
        'TARGET_UNKNOWN',
        `${context.host} may not send to ${JSON.stringify(to.slice(0, 100))}; its targets are: ${known}`,
      );
    }
    if (line.type === 'sendRequestAsync') {
      await context.sendRequestAsync(to, body);
      return { body: null };
    }
    const { timeout } = line;
    const response = await context.sendRequestSync(to, body, timeout ? { timeout } : {});
    const file = await fileFor(response, own, context.settings);
    return { body: response ?? null, ...(file ? { file } : {}) };
  }

  return (line: ChildSend): Promise<SendResult> => {
    const body = before.then(() => bodyOf(line, own));
    const issued = body.then((ready) => ({ sending: issue(line, ready) }));
    before = issued.catch(() => undefined);
    return issued.then(({ sending }) => sending);
  };
}

async function responseOf(
  line: ChildResponse,
  request: Request,
  own: RequestFolder,
): Promise<MessageBody | undefined> {
  const { status, comment } = line;
  if (status === undefined) return bodyOf(line, own);
  return storageResponse(request, { status, ...(comment === undefined ? {} : { comment }) });
}

/** A body as a child gives it: what it says of a document is believed only of one that it has been given or has made. */
async function bodyOf(
  { body, document }: Pick<ChildSend, 'body' | 'document'>,
  own: RequestFolder,
): Promise<MessageBody | undefined> {
  if (document !== undefined) {
    const taken = await own.take(document);
    return body ? { ...body, ...(taken.document ? { document: taken.document } : {}) } : taken;
  }
  if (body?.document === undefined) return body ?? undefined;
  const known = own.known((body.document as { digest?: unknown } | null)?.digest);
  if (known) return { ...body, document: known };
  throw new PermanentError(
    'HANDLER_FAILED',
    'the child named a document that it was not given; name a file in the directory of the request',
  );
}
