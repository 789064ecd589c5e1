import { EngineError, type MessageReader } from '@consort/core';
import type { z } from 'zod';
import type { RouteName } from '../api/paths.ts';
import type { Routes } from '../api/routes.ts';
import type { RunningEngine } from '../engine.ts';
import { has, type Identity } from '../users/identity.ts';

/** What every answer is made of. */
export interface AnswerContext {
  readonly reader: MessageReader;
  /** Absent where the page only reads a record. */
  readonly engine?: RunningEngine;
  /** The file of users, where the page has one. */
  readonly users?: string;
  readonly user: Identity;
  readonly now: Date;
}

type Parsed<Name extends RouteName, Key extends string> = Routes[Name] extends {
  readonly [key in Key]: infer Schema extends z.ZodType;
}
  ? { readonly [key in Key]: z.output<Schema> }
  : unknown;

/** What was asked, checked: `params`, `query` and `body`, those the route has. */
export type Asked<Name extends RouteName> = Parsed<Name, 'params'> &
  Parsed<Name, 'query'> &
  Parsed<Name, 'body'>;

/** The routes that answer with JSON. */
export type JsonRoute = {
  [Name in RouteName]: Routes[Name]['answer'] extends z.ZodType ? Name : never;
}[RouteName];

/** What a route answers. */
export type Answered<Name extends JsonRoute> = z.output<Routes[Name]['answer']>;

/** Answers one route. */
export type Answer<Name extends JsonRoute> = (
  asked: Asked<Name>,
  context: AnswerContext,
) => Promise<Answered<Name>>;

/** The running production. @throws EngineError NOT_RUNNING */
export function engineOf({ engine }: AnswerContext): RunningEngine {
  if (engine) return engine;
  throw new EngineError(
    'NOT_RUNNING',
    'this page only reads a record: nothing can be changed here; start the production',
  );
}

/** Says whether whoever asks may see patient data. */
export function maySeePatients({ user }: AnswerContext): boolean {
  return has(user, 'phi-reader');
}

/** @throws EngineError FORBIDDEN when whoever asks may not see patient data */
export function requirePhiReader(context: AnswerContext, what: string): void {
  if (maySeePatients(context)) return;
  throw new EngineError(
    'FORBIDDEN',
    `${context.user.name} may not ${what}: that takes the role phi-reader`,
  );
}
