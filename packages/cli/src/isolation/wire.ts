import type { Event, Measure } from '@consort/core';
import type { PlainError } from './plain-error.ts';

/** What a component's process is started with. */
export interface Beginning {
  readonly type: 'begin';
  readonly componentName: string;
  /** Of the production file. */
  readonly folder: string;
  readonly dataDirectory: string;
  readonly refuseBelow: number;
  readonly host: string;
  readonly production: { readonly name: string; readonly id: string };
  readonly settings: unknown;
  /** Where each setting stands, and the host itself under the empty name. */
  readonly origins: Readonly<Record<string, string>>;
}

/** The handlers of a component, and what a generator is asked. */
export type Handler = 'onRequest' | 'onResponse' | 'onError' | 'onComplete' | 'onMessage';

export type ToChild =
  | Beginning
  /** Runs a handler. `first` is what it is called with. */
  | {
      readonly type: 'call';
      readonly id: number;
      readonly handler: Handler;
      readonly first: unknown;
      readonly request: unknown;
      readonly instance: unknown;
    }
  /** Asks the generator that a handler returned for its next answer, or tells it that there is no more need. */
  | { readonly type: 'step'; readonly id: number; readonly verb: 'next' | 'return' }
  /** Nothing more is asked about a handler. */
  | { readonly type: 'end'; readonly id: number }
  /** The signal of a handler, or of the host (0), is aborted. */
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'answer'; readonly ask: number; readonly value?: unknown }
  | { readonly type: 'answer'; readonly ask: number; readonly error: PlainError }
  | { readonly type: 'tearDown' };

export type FromChild =
  | { readonly type: 'ready'; readonly detail?: string }
  | { readonly type: 'failed'; readonly error: PlainError }
  | {
      readonly type: 'pulse';
      readonly connections: readonly unknown[];
      readonly measures: readonly Measure[];
    }
  /** What a handler, or a step of its generator, came to, and what its instance is now. */
  | {
      readonly type: 'done';
      readonly id: number;
      readonly value?: unknown;
      readonly instance?: unknown;
      readonly error?: PlainError;
    }
  /** A call of the context with a result; of the host's own where `id` is 0. */
  | {
      readonly type: 'ask';
      readonly ask: number;
      readonly id: number;
      readonly method: string;
      readonly args: readonly unknown[];
    }
  | { readonly type: 'log'; readonly id: number; readonly event: Event }
  | { readonly type: 'tornDown' };

/** The calls of a context that a component's process may make: those of its documents and its record among them. */
export const askable = [
  'sendRequestSync',
  'sendRequestAsync',
  'sendDeferredResponse',
  'deferResponse',
  'delivered',
  'setTimer',
  'reply',
  'record.images',
  'record.legs',
  'isRoomToCome',
] as const;
