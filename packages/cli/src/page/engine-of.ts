import { EngineError, type LoggedEvent, type Message } from '@consort/core';
import type { RunningEngine } from '@consort/dashboard';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { ControlHandlers } from '../control.ts';
import type { RunningProduction } from '../run-production.ts';
import { drawTrace } from '../trace/trace.ts';
import { summarize } from '../trace/summary.ts';
import { documentViewer, type OpenDocumentViewer } from './document-viewer.ts';

/** What a running production does for its page, and how that ends. */
export interface OpenEngine extends RunningEngine {
  readonly documents: OpenDocumentViewer;
}

/** What a running production does for its page: through the handlers of the control socket, so that there is one door. */
export function engineOf(running: RunningProduction, handlers: ControlHandlers): OpenEngine {
  const { messages, documents, dataDirectory } = running;
  return {
    get production() {
      return running.production;
    },
    uploads: join(dataDirectory, 'uploads'),
    async act(verb, asked) {
      const handle = handlers[verb];
      if (handle) return await handle(asked);
      throw new EngineError('USAGE', `a production does not know how to ${verb}`);
    },
    record: messages,
    documents: documentViewer(documents),
    drawTrace: (some, events) => traceOf(some, events),
  };
}

/** As a pipe would get it: as wide as it needs to be, and without colours. */
function traceOf(messages: readonly Message[], events: readonly LoggedEvent[]) {
  const now = new Date();
  const screen = { width: 120, isUtf8: true };
  const text = stripVTControlCharacters(drawTrace(messages, events, screen, now));
  return { text, summary: summarize(messages, now) };
}
