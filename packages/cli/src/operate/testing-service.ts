import {
  businessTypes,
  codeOf,
  EngineError,
  waitForResponses,
  type Host,
  type MessageStatus,
} from '@consort/core';
import { documentOfFile } from '@consort/dicom/part10';
import { z } from 'zod';
import type { ControlHandlers } from '../control.ts';
import type { Output } from '../json/outputs.ts';
import type { RunningProduction } from '../run-production.ts';
import { checkedBody } from './checked-body.ts';
import { receivingHost } from './receiving-host.ts';

/** The source of what is sent by hand. No host can have the name, so its messages look like nobody's work. */
export const testingService = '_TestingService';

/** Sends messages to hosts by hand (IRIS: EnsLib.Testing.Service). */
export interface TestingService {
  readonly handlers: ControlHandlers;
  /** Waits for nothing more: whoever does is told STOPPING. Resolves when the record knows. */
  close(): Promise<void>;
}

type Tested = Output<'test-message'>;

const asked = z.object({
  by: z.string().min(1),
  target: z.string(),
  /** Of a DICOM file, absolute. */
  file: z.string().min(1).optional(),
  body: z.unknown().optional(),
  /** Milliseconds. Absent: nobody waits. */
  timeout: z.number().min(0).max(3_600_000).optional(),
});

/** Opens it for a running production. */
export function openTestingService(running: RunningProduction): TestingService {
  const { messages: record, transport, documents } = running;
  const responses = waitForResponses(record, transport);
  const ending = new AbortController();
  const waits = new Set<Promise<unknown>>();

  async function testMessage(given: unknown): Promise<Tested> {
    const { by, target, file, body: written, timeout } = asked.parse(given);
    const host = hostToTest(running, target);
    const body =
      file === undefined
        ? await checkedBody(written, documents)
        : await documentOfFile(file, documents).catch((error: unknown) => {
            throw unreadable(file, error);
          });
    const began = performance.now();
    const { id, sessionId } = await record.send({
      source: testingService,
      sourceType: 'Unknown',
      target,
      targetType: businessTypes[host.kind],
      body,
      priority: timeout === undefined ? 'Async' : 'Sync',
      responseRequired: timeout !== undefined,
      description: `sent by ${by} with production test-message`,
    });
    running.log({
      type: 'Info',
      code: 'OPERATOR',
      text: `${by} sent message ${id} to ${target} by hand`,
      host: target,
      sessionId,
      messageId: id,
    });
    const sent = { messageId: id, sessionId, target };
    const answering =
      timeout === undefined ? undefined : responses.wait(id, timeout, ending.signal);
    // When Redis is away recovery adds it.
    transport
      .wake(target, [{ messageId: id, sessionId, bodyType: body.type }])
      .catch(() => undefined);
    if (!answering) return { ...sent, outcome: 'sent' };
    const { header, body: answer } = await answering.catch((error: unknown) => {
      throw notAnswered(id, target, error);
    });
    return {
      ...sent,
      outcome: header.isError ? 'failed' : 'answered',
      responseId: header.id,
      milliseconds: Math.round(performance.now() - began),
      ...(header.errorStatus ? { error: header.errorStatus } : {}),
      ...(answer && answer.type !== 'empty' ? { body: answer } : {}),
    };
  }

  return {
    handlers: {
      'test-message'(given) {
        const wait = testMessage(given);
        const ended = wait.then(
          () => undefined,
          () => undefined,
        );
        waits.add(ended);
        void ended.then(() => waits.delete(ended));
        return wait;
      },
    },
    async close() {
      ending.abort();
      await Promise.all(waits);
      await endWaits(record).catch(() => undefined); // The next start does it.
      responses.close();
    },
  };
}

/** Whoever has sent by hand has gone: a response that is still to come is Discarded. */
export async function endWaits(record: RunningProduction['messages']): Promise<void> {
  const unfinished: readonly MessageStatus[] = ['Queued', 'Delivered', 'Deferred', 'Suspended'];
  for (const status of unfinished) {
    const left = await record.messages({ host: testingService, status, limit: 1000 });
    for (const { id, type, correspondingMessageId } of left) {
      const requestId = type === 'Request' ? id : (correspondingMessageId ?? id);
      await record.timeOut(requestId).catch((error: unknown) => {
        if (codeOf(error) !== 'STATUS_ILLEGAL') throw error; // An operator has ended its response.
      });
    }
  }
}

/** @throws EngineError TESTING_DISABLED, NOT_FOUND, STATUS_ILLEGAL */
function hostToTest({ production }: RunningProduction, name: string): Host {
  if (!production.testingEnabled) {
    throw new EngineError(
      'TESTING_DISABLED',
      `nothing was sent to ${name}: ${production.name} does not allow messages by hand; ` +
        `write testingEnabled: true in ${production.file}, then production update`,
    );
  }
  return receivingHost(production.hosts, name);
}

function unreadable(file: string, error: unknown): EngineError {
  const { code, message } = error as Error & { code?: string };
  if (error instanceof EngineError) return new EngineError(error.code, `${file}: ${message}`);
  const reason = code === 'ENOENT' ? 'there is no such file' : (code ?? message);
  return new EngineError(
    'PART10_UNREADABLE',
    `the production cannot read ${file}: ${reason}; it reads the file itself, as user ${process.getuid?.() ?? 0}`,
  );
}

function notAnswered(id: number, target: string, error: unknown): unknown {
  if (!(error instanceof EngineError) || error.code !== 'REQUEST_TIMEOUT') return error;
  return new EngineError(
    'REQUEST_TIMEOUT',
    `${target}: ${error.message}; it goes on without anybody waiting: production why ${id} says what it waits for`,
  );
}
