import { dirname } from 'node:path';
import type {
  Answers,
  BusinessOperation,
  BusinessProcess,
  Component,
  Context,
  Host,
  Isolation,
  MessageBody,
  Production,
  ProcessContext,
} from '@consort/core';
import type { z } from 'zod';
import { blame, type Blame } from '../children/blame.ts';
import { keepChild, type KeptChild } from '../children/keep-child.ts';
import {
  startComponentProcess,
  type Calling,
  type ComponentProcess,
} from './start-component-process.ts';
import { askable, type Handler } from './wire.ts';

/** What the processes of components need besides their host. */
export interface IsolationParts {
  readonly dataDirectory: string;
  /** Now; see `Retention.refuseBelow`. */
  readonly refuseBelow: () => number;
  readonly isRoomToCome: () => Promise<boolean>;
}

interface State {
  readonly child: KeptChild<ComponentProcess>;
  readonly blame: Blame;
}
type InitContext = Omit<Context<unknown>, 'state'>;
type CallContext = ProcessContext<unknown, State, Record<string, unknown>>;

/**
 * Puts in the place of each component with `isolation: process` one that has its handlers run in a process of its own.
 * The same component gets the same one again, so that an update sees what has changed.
 */
export function isolator(parts: IsolationParts): (production: Production) => Production {
  const known = new Map<string, { readonly host: Host; readonly component: Component }>();

  function isolated(host: Host, file: string): Host {
    const { isolation, component } = host;
    if (!isolation || component.kind === 'service') return host;
    const before = known.get(host.name);
    const isSame =
      before?.host.component === component && isSameLimits(before.host.isolation, isolation);
    const inProcess = isSame ? before.component : isolatedComponent(component, host, file, parts);
    known.set(host.name, { host, component: inProcess });
    return { ...host, component: inProcess };
  }

  return (production) => ({
    ...production,
    hosts: production.hosts.map((host) => isolated(host, production.file)),
  });
}

function isSameLimits(one: Isolation | undefined, other: Isolation): boolean {
  return one?.memory === other.memory && one.silence === other.silence;
}

/** Milliseconds before a process that has ended is started again; see `Keeping`. */
const pauses = { shortest: 500, longest: 10_000 };

/** Milliseconds that `onTearDown` may take. */
const tearDownPatience = 10_000;

function isolatedComponent(
  component: Exclude<Component, { kind: 'service' }>,
  host: Host,
  file: string,
  parts: IsolationParts,
): Component {
  const { kind, description, settings, check } = component;
  const shared = {
    description,
    settings,
    ...(check ? { check } : {}),
    onInit: (context: InitContext) => start(context, host, file, parts),
    onTearDown: ({ child }: State) => child.stop(tearDownPatience),
  };
  if (kind === 'operation') {
    const operation: BusinessOperation<z.ZodObject, State> = {
      kind,
      ...shared,
      onMessage: (request, context) =>
        run('onMessage', request, context as unknown as CallContext) as Promise<MessageBody>,
      describe: ({ child }) => child.current?.detail ?? host.componentName,
      connections: ({ child }) => child.current?.connections() ?? [],
      measures: ({ child }) => child.current?.measures() ?? [],
    };
    return operation;
  }
  const { instance, onRequest, onResponse, onError, onComplete } = component;
  const isGenerator = onRequest.constructor.name === 'AsyncGeneratorFunction';
  const process: BusinessProcess<z.ZodObject, State> = {
    kind,
    ...shared,
    ...(instance ? { instance } : {}),
    onRequest: (request, context) =>
      isGenerator
        ? runGenerator(request, context)
        : (run('onRequest', request, context) as Promise<MessageBody>),
    ...(onResponse && {
      onResponse: async (response, context) => void (await run('onResponse', response, context)),
    }),
    ...(onError && {
      onError: async (failure, context) => void (await run('onError', failure, context)),
    }),
    ...(onComplete && {
      onComplete: (request, context) => run('onComplete', request, context) as Promise<MessageBody>,
    }),
  };
  return process;
}

async function start(
  context: InitContext,
  { name, componentName, isolation, settings }: Host,
  file: string,
  { dataDirectory, refuseBelow, isRoomToCome }: IsolationParts,
): Promise<State> {
  const names = ['', ...Object.keys(context.settings as object)];
  const origins = Object.fromEntries(names.map((setting) => [setting, context.origin(setting)]));
  const own: Calling = {
    ...callingOf(context),
    ask: (method, args) =>
      method === 'isRoomToCome' ? isRoomToCome() : callingOf(context).ask(method, args),
  };
  const startProcess = () =>
    startComponentProcess(
      {
        type: 'begin',
        componentName,
        folder: dirname(file),
        dataDirectory,
        refuseBelow: refuseBelow(),
        host: name,
        production: context.production,
        settings: context.settings ?? settings,
        origins,
      },
      isolation!,
      own,
    );
  const keeping = { host: name, log: context.log, ...pauses };
  return { child: await keepChild(startProcess, keeping), blame: blame() };
}

/** Runs a handler in the component's process. What it has done to its instance is done to the one here. */
function run(handler: Handler, first: unknown, context: CallContext): Promise<unknown> {
  const { state, instance } = context;
  return state.blame.during(keyOf(handler, first, context), async () => {
    const child = await state.child.ready(context.signal);
    const { request } = context;
    const call = child.call({ handler, first, request, instance }, callingOf(context));
    try {
      const result = await call.result;
      become(instance, result.instance);
      return result.value;
    } finally {
      call.end();
    }
  });
}

/** As long as it is asked, its process is not shared with a message that is under suspicion. */
async function* runGenerator(first: unknown, context: CallContext): Answers {
  const { state, instance, request } = context;
  const key = keyOf('onRequest', first, context);
  const child = await state.child.ready(context.signal);
  const call = child.call({ handler: 'onRequest', first, request, instance }, callingOf(context));
  let isOver = false;
  try {
    let step = await state.blame.during(key, () => call.result);
    for (;;) {
      const { done, value } = step.value as IteratorResult<MessageBody, MessageBody | undefined>;
      isOver = done === true;
      if (done) return value;
      yield value;
      step = await state.blame.during(key, () => call.step('next'));
    }
  } catch (error) {
    isOver = true;
    throw error;
  } finally {
    if (!isOver) await call.step('return').catch(() => undefined);
    call.end();
  }
}

/** One turn of one message: what is tried again has the same. */
function keyOf(handler: Handler, first: unknown, { request }: CallContext): string {
  const { header, completionKey = '' } = first as {
    header?: { id: number };
    completionKey?: string;
  };
  return `${handler} ${request.header.id} ${header?.id ?? completionKey}`;
}

/** A call of a context, or an object of such calls. */
interface Asked {
  (...args: readonly unknown[]): unknown;
  readonly [name: string]: Asked;
}

function callingOf(context: InitContext | CallContext): Calling {
  const { signal } = context;
  return {
    signal,
    log: (event) => context.log(event),
    async ask(asked, args) {
      if (!(askable as readonly string[]).includes(asked)) return undefined;
      const [name = '', inner] = asked.split('.');
      const found = (context as unknown as Readonly<Record<string, Asked>>)[name];
      const method = inner === undefined ? found : found?.[inner];
      return method?.(...args);
    },
  };
}

function become(instance: Record<string, unknown>, now: unknown): void {
  if (typeof now !== 'object' || now === null) return;
  for (const key of Object.keys(instance)) if (!(key in now)) delete instance[key];
  Object.assign(instance, now);
}
