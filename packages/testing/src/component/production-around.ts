import { join } from 'node:path';
import {
  formatFindings,
  loadProduction,
  meaningOf,
  type Component,
  type Production,
} from '@consort/core';
import type { z } from 'zod';
import { scriptedTarget, type Replies } from './replies.ts';

/** How a component is run under test. */
export interface ComponentOptions {
  /** Its name in the production. */
  readonly host: string;
  /** As they would stand in the production file. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What other hosts answer, by name. Every target that the settings name is there anyway, and answers without a body. */
  readonly replies: Readonly<Record<string, Replies>>;
  /** Keys of the host beside `settings`, as they would stand in the production file: `retry`, `schedule`, … */
  readonly keys: Readonly<Record<string, unknown>>;
  /** Variables for `${…}` in the settings. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The name of the service that sends what a test gives a component. */
const outsideName = 'Outside';

const sections = { service: 'services', process: 'processes', operation: 'operations' } as const;

/** Makes the production that a component is tested in, read and checked as a file of it would be. */
export async function productionAround(
  component: Component,
  outside: Component,
  folder: string,
  { host, settings, replies, keys, env }: ComponentOptions,
): Promise<Production> {
  const components = new Map<string, Component>([
    ['test.component', component],
    ['test.outside', outside],
  ]);
  const targets = new Set([...namedTargets(component, settings), ...Object.keys(replies)]);
  const operations: Record<string, unknown> = {};
  for (const [index, target] of [...targets].entries()) {
    components.set(`test.target${index}`, scriptedTarget(target, replies[target]));
    // A target that never answers must not keep its next request from its answer.
    operations[target] = { component: `test.target${index}`, poolSize: 64, retry: noRetry };
  }
  const file: Record<string, Record<string, unknown>> = {
    services: { [outsideName]: { component: 'test.outside' } },
    processes: {},
    operations,
  };
  const section = (file[sections[component.kind]] ??= {});
  section[host] = { component: 'test.component', settings, ...keys };
  const text = JSON.stringify({ name: 'Test', ...file }, undefined, 2);
  const { production, findings, source } = await loadProduction(join(folder, 'production.yaml'), {
    async load(name) {
      const found = components.get(name);
      if (found) return found;
      throw new Error('a test has no other components');
    },
    env,
    bytes: Buffer.from(text),
  });
  if (production) return production;
  const errors = findings.filter(({ severity }) => severity === 'error');
  throw new Error(
    `${host} cannot be tested with these settings\n${formatFindings(errors, source)}`,
  );
}

// A reply that throws is final, as the last attempt of an operation is.
const noRetry = { interval: '1s', timeout: '0s' };

/** The hosts that settings name, however deep: every text in a setting that is a target. */
function namedTargets(
  component: Component,
  settings: Readonly<Record<string, unknown>>,
): readonly string[] {
  return Object.entries(component.settings.shape).flatMap(([name, schema]) => {
    const value = settings[name];
    const isTarget = /target/i.test(meaningOf(schema as z.core.$ZodType) ?? '');
    return isTarget && typeof value === 'string' ? [value] : [];
  });
}
