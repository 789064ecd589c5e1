import type {
  Arrival,
  Component,
  DocumentStore,
  ErrorStatus,
  Event,
  Json,
  MessageBody,
  MessageHeader,
  MessageReader,
} from '@consort/core';
import type { DicomDocument } from '@consort/dicom';
import { documentOfFile } from '@consort/dicom/part10';
import { keepForCleaning } from '../stop-tests.ts';
import type { Replies } from './replies.ts';
import { runComponent, type RunningComponent, type SentRequest } from './run-component.ts';

/** How a component is to be tested. */
export interface TestOptions {
  /** As they stand under `settings:` in a production file; checked by the component's own schema. Default: none. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What its targets answer, by their names; a target without a reply answers without a body. */
  readonly replies?: Readonly<Record<string, Replies>>;
  /** Keys of the host beside `settings:`, as in a production file: `{ retry: { interval: '5s', timeout: '15s' } }`. */
  readonly keys?: Readonly<Record<string, unknown>>;
  /** Its name in the production; default `Tested`. */
  readonly host?: string;
  /** Variables for `${…}` in the settings; default none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A component under test. Everything is the engine's own, but for the queues, the clock and the other hosts. */
export interface TestedComponent extends AsyncDisposable {
  readonly host: string;
  /** What it has sent, oldest first; of a service, what it has taken in. */
  readonly sent: readonly SentRequest[];
  /** What it has logged, and the engine about it. */
  readonly events: readonly Event[];
  readonly documents: DocumentStore;
  /** The record: headers, sessions, events. */
  readonly record: MessageReader;
  /** Stores a DICOM file as a service does, and gives the C-STORE request that would have brought it. */
  store(file: string): Promise<DicomDocument>;
  /**
   * Lets time pass for timers, time-outs, retries and schedules. It begins once something waits for the clock, unless
   * the host has a schedule.
   * @throws Error when nothing waits for the clock within 10 s
   */
  passTime(milliseconds: number): Promise<void>;
  /** Ends the test of it, as `await using` does. */
  stop(): Promise<void>;
}

/** A process or an operation under test. */
export interface TestedHost extends TestedComponent {
  /** Sends it a request and waits for what comes of it. */
  request(body: MessageBody, arrival?: Arrival): Promise<TestedResponse>;
  /** Sends it a request; the test goes on while it is at work. */
  send(body: MessageBody, arrival?: Arrival): Promise<TestedRequest>;
}

/** A request under way. */
export interface TestedRequest {
  readonly id: number;
  /** Resolves when it has been answered, which is also what a failure or a suspension does. */
  readonly response: Promise<TestedResponse>;
  header(): Promise<MessageHeader>;
  /** What its process instance keeps between two messages; undefined when there is none. */
  instance(): Promise<Json | undefined>;
}

/** What came of a request. */
export interface TestedResponse {
  /** The request's own status: Completed, Error, Suspended or Discarded; Deferred when it was answered before its end. */
  readonly status: MessageHeader['status'];
  /** The last answer. */
  readonly body?: MessageBody;
  /** All answers, of a process that gives several. */
  readonly bodies: readonly MessageBody[];
  readonly error?: ErrorStatus;
}

/** Runs a process for a unit test. @example `await using process = await testProcess(component, { settings })` */
export function testProcess(
  component: Extract<Component, { kind: 'process' }>,
  options: TestOptions = {},
): Promise<TestedHost> {
  return testHost(component, options);
}

/** Runs an operation for a unit test. Without `keys: { retry }` it is tried as in a production: 5 s apart, for 15 s. */
export function testOperation(
  component: Extract<Component, { kind: 'operation' }>,
  options: TestOptions = {},
): Promise<TestedHost> {
  return testHost(component, options);
}

/** Runs a service for a unit test, which then knocks at its door as the outside does; see `sent`. */
export async function testService(
  component: Extract<Component, { kind: 'service' }>,
  options: TestOptions = {},
): Promise<TestedComponent> {
  const { tested } = await begin(component, options);
  return tested;
}

async function testHost(component: Component, options: TestOptions): Promise<TestedHost> {
  const { tested, running } = await begin(component, options);
  const send = async (body: MessageBody, arrival?: Arrival) =>
    sendTo(running, tested.host, body, arrival);
  return {
    ...tested,
    send,
    request: async (body, arrival) => (await send(body, arrival)).response,
  };
}

async function begin(component: Component, options: TestOptions) {
  const { settings = {}, replies = {}, keys = {}, host = 'Tested', env = {} } = options;
  const running = await runComponent(component, { host, settings, replies, keys, env });
  const stop = keepForCleaning(running.stop);
  const tested: TestedComponent = {
    host,
    sent: running.sent,
    events: running.events,
    documents: running.documents,
    record: running.messages,
    store: (file) => documentOfFile(file, running.documents),
    async passTime(milliseconds) {
      if ('schedule' in keys) running.time.move(milliseconds);
      else await running.time.pass(milliseconds);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
  return { tested, running };
}

async function sendTo(
  { outside, messages }: RunningComponent,
  host: string,
  body: MessageBody,
  arrival?: Arrival,
): Promise<TestedRequest> {
  const accepted = await outside.accept(host, body, arrival);
  const id = accepted.messageId;
  const header = async () => (await messages.message(id))!.header;

  async function answers(): Promise<Omit<TestedResponse, 'status'>> {
    const bodies: MessageBody[] = [];
    let error: ErrorStatus | undefined;
    for await (const answer of accepted.answers(2 ** 31 - 1)) {
      if (answer.body) bodies.push(answer.body);
      error = answer.error;
      await answer.settle({ status: 'Completed' });
    }
    const last = bodies.at(-1);
    return { bodies, ...(last && { body: last }), ...(error && { error }) };
  }

  async function response(): Promise<TestedResponse> {
    const answered = await answers();
    return { status: (await header()).status, ...answered };
  }

  const coming = response();
  coming.catch(() => undefined); // Whoever awaits it hears of it; a test may end without.
  return {
    id,
    response: coming,
    header,
    instance: async () => (await messages.instance(id))?.state,
  };
}
