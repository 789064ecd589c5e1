import { copyFile, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, EngineError, formatDuration, formatFindings, loadChecked } from '@consort/core';
import {
  startTestProduction,
  type PeerAnswer,
  type TestProduction,
} from '../test-production/index.ts';
import { judgeScenario, partOf, shown } from './judge-scenario.ts';
import { scenarioKeys, type Scenario } from './scenario-keys.ts';

/** How a scenario went. */
export interface ScenarioResult {
  readonly file: string;
  readonly name: string;
  readonly outcome: 'ok' | 'failed';
  readonly milliseconds: number;
  /** What is not as expected, each in words; empty when it is ok. */
  readonly differences: readonly string[];
}

type Step = Scenario['steps'][number];

/**
 * Reads a scenario.
 * @throws EngineError NOT_FOUND, and PRODUCTION_INVALID whose text has every finding
 */
export async function readScenario(file: string): Promise<Scenario> {
  const { output, findings, source } = await loadChecked(file, scenarioKeys, process.env);
  if (output) return output;
  const count = `${findings.length} ${findings.length === 1 ? 'mistake' : 'mistakes'}`;
  throw new EngineError(
    'PRODUCTION_INVALID',
    `${file} has ${count}\n${formatFindings(findings, source)}`,
  );
}

/** Runs one scenario on a production of its own, which is gone afterwards. What goes wrong is a difference. */
export async function runScenario(file: string, scenario: Scenario): Promise<ScenarioResult> {
  const began = performance.now();
  const folder = dirname(resolve(file));
  const name = scenario.name ?? basename(file).replace(/\.scenario\.ya?ml$/, '');
  const differences = await play(folder, scenario).catch((error: unknown) => [
    `${codeOf(error)}: ${error instanceof Error ? error.message : String(error)}`,
  ]);
  const milliseconds = Math.round(performance.now() - began);
  return {
    file,
    name,
    outcome: differences.length === 0 ? 'ok' : 'failed',
    milliseconds,
    differences,
  };
}

async function play(folder: string, scenario: Scenario): Promise<readonly string[]> {
  const { env, settings, peers, timeLimit, steps } = scenario;
  await using production = await startTestProduction(resolve(folder, scenario.production), {
    env: Object.fromEntries(Object.entries(env).map(([key, value]) => [key, String(value)])),
    settings,
    peers: Object.fromEntries(
      Object.entries(peers).map(([host, answers]) => [host, answers.map(answerOf)]),
    ),
    folders: 'temporary',
  });
  const over = new AbortController();
  const late = sleep(Math.min(timeLimit, 2 ** 31 - 1), undefined, { signal: over.signal }).then(
    () => [`it was not over after ${formatDuration(timeLimit)}`],
    () => [],
  );
  const playing = (async () => {
    const differences: string[] = [];
    for (const step of steps)
      differences.push(...(await take(step, folder, production, over.signal)));
    await atRest(production, over.signal);
    return [...differences, ...(await judgeScenario(scenario, production))];
  })();
  playing.catch(() => undefined); // Heard where it is awaited, or too late.
  try {
    return await Promise.race([playing, late]);
  } finally {
    over.abort();
  }
}

function answerOf(answer: string): PeerAnswer {
  if (answer === 'abort' || answer === 'refuse' || answer === 'silence') return answer;
  return { status: Number.parseInt(answer, 16) };
}

async function take(
  step: Step,
  folder: string,
  production: TestProduction,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if ('send' in step) return sendStep(step, folder, production);
  if ('put' in step) {
    const into = production.folder(step.into);
    for (const file of step.put) await copyFile(resolve(folder, file), join(into, basename(file)));
    const names = step.put.map((file) => basename(file));
    // It is taken once it has left; where it cannot be, it has gone to the errors.
    while (!signal.aborted && (await readdir(into)).some((name) => names.includes(name))) {
      await sleep(20);
    }
    return [];
  }
  const given = step.message;
  const what = typeof given === 'string' ? resolve(folder, given) : given;
  const { outcome, body, error } = await production.sendMessage(step.to, what);
  if (outcome !== step.outcome) {
    const why = error ? ` (${error.code}: ${error.text})` : '';
    return [`${step.to} ${outcome}${why}; expected: ${step.outcome}`];
  }
  if (step.body === undefined || partOf(body, step.body)) return [];
  // What it holds instead may be patient data.
  return [`${step.to} answered otherwise; expected: ${shown(step.body)}`];
}

async function sendStep(
  { send, to, from, as, statuses, refused }: Extract<Step, { send: unknown }>,
  folder: string,
  production: TestProduction,
): Promise<readonly string[]> {
  const how = { ...(to && { to }), ...(from && { from }), ...(as && { as }) };
  const paths = send.map((file) => resolve(folder, file));
  try {
    const sent = await production.send(paths, how);
    if (refused) return ['the association was accepted; expected: refused'];
    // Without a word about it, every file has to be taken.
    const wanted = statuses ?? send.map(() => undefined);
    return sent.flatMap(({ status, isSent, text }, index) => {
      const expected = wanted[index];
      if (expected === undefined ? isSent : status === expected) return [];
      return [`${send[index]}: answered ${text}; expected: ${expected ?? 'Success'}`];
    });
  } catch (error) {
    if (refused && codeOf(error) === 'ASSOCIATION_REJECTED') return [];
    throw error;
  }
}

/** Until every message has ended or is suspended, and looking again shows no more of them. */
async function atRest(production: TestProduction, signal: AbortSignal): Promise<void> {
  for (let seen = -1; !signal.aborted;) {
    await production.idle();
    const sessions = await production.sessions();
    for (const session of sessions) await production.completed(session);
    const all = await production.messages.messages({ limit: 10_000 });
    if (all.length === seen) return;
    seen = all.length;
  }
}
