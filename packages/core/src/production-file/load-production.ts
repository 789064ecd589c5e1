import { createReadStream } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { EngineError } from '../errors.ts';
import type { Finding, Host, Production } from '../production.ts';
import { checkAlerts } from './check-alerts.ts';
import { checkHost, type CheckedHost } from './check-host.ts';
import { checkOpenId } from './check-open-id.ts';
import { checkUrls } from './checks/urls.ts';
import { configOf, type ConfigValue } from './config.ts';
import { crossCheck } from './cross-checks.ts';
import { loadComponent, type ComponentLoader } from './load-component.ts';
import { productionKeys } from './production-keys.ts';
import { readHosts } from './read-hosts.ts';
import { readTree } from './read-tree.ts';
import { reportOn, type Report } from './report.ts';
import { validate } from './validate.ts';
import { variablesOf, type Variables } from './variables.ts';

const largest = 1024 * 1024;

/** How a production file is loaded. */
export interface LoadOptions extends ComponentLoader {
  /** Where `${VAR}` comes from; default: `process.env`, and `.env` beside the file. */
  readonly env?: Variables;
  /** What the file held when it was read; default: it is read now. */
  readonly bytes?: Uint8Array;
}

/** A production file and what was found about it. */
export interface LoadedProduction {
  /** Absent when a finding is an error. */
  readonly production?: Production;
  /** In the order of the file. */
  readonly findings: readonly Finding[];
  /** The text of the file, secrets replaced by bullets: what `formatFindings` quotes from. */
  readonly source: string;
  /** What the file held. */
  readonly bytes: Uint8Array;
  /** Every value in force, with its source; there with `production`. */
  config?(): readonly ConfigValue[];
}

/**
 * Reads, checks and completes a production file. Every mistake is a finding with its position,
 * all of them at once; a mistake in the file never makes it throw.
 * @throws EngineError PRODUCTION_NOT_FOUND when there is no file to read
 */
export async function loadProduction(
  file: string,
  options: LoadOptions,
): Promise<LoadedProduction> {
  const absolute = resolve(file);
  const bytes = options.bytes ?? (await read(absolute));
  const text = decode(bytes);
  const report = reportOn(shownPath(absolute), text ?? '');
  const checked = await check(absolute, bytes, text, options, report);
  const findings = report.findings.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const source = report.shown();
  const valid = checked && !findings.some(({ severity }) => severity === 'error');
  return { ...(valid && checked), findings, source, bytes };
}

async function read(file: string): Promise<Buffer> {
  try {
    return await buffer(createReadStream(file, { end: largest }));
  } catch (thrown) {
    const { code } = thrown as { code?: string };
    const reason = code === 'ENOENT' ? 'there is no such file' : (thrown as Error).message;
    throw new EngineError(
      'PRODUCTION_NOT_FOUND',
      `cannot read the production file ${file}: ${reason}; give the path of a production.yaml`,
      { cause: thrown },
    );
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function shownPath(absolute: string): string {
  const path = relative(process.cwd(), absolute);
  return path.startsWith('..') || isAbsolute(path) ? absolute : path;
}

async function check(
  file: string,
  bytes: Uint8Array,
  text: string | undefined,
  options: LoadOptions,
  report: Report,
): Promise<Required<Pick<LoadedProduction, 'production' | 'config'>> | undefined> {
  if (bytes.length > largest)
    report.error('FILE_UNREADABLE', 0, 'a production file has at most 1 MiB');
  else if (text === undefined)
    report.error('FILE_UNREADABLE', 0, 'a production file is UTF-8 text, and this is not');
  if (bytes.length > largest || text === undefined) return undefined;
  const tree = readTree(text, options.env ?? variablesOf(file, process.env), report);
  if (!tree) return undefined;
  checkUrls(tree, report);
  const entries = readHosts(tree, report);
  if (!entries) return undefined;
  const { output } = await validate(productionKeys, entries.own, { report, at: tree.at });
  const hosts: CheckedHost[] = [];
  for (const entry of entries.hosts) {
    const component = await loadComponent(entry, dirname(file), options, report);
    hosts.push(await checkHost(entry, component, dirname(file), report));
  }
  checkOpenId(entries.own, report);
  crossCheck(hosts, report, checkAlerts(entries.own, hosts, report));
  if (!output) return undefined;
  const own = output as Omit<Production, 'file' | 'hosts'>;
  const complete = hosts.map(({ host }) => host).filter((host): host is Host => !!host);
  return {
    production: { ...own, file, hosts: complete },
    config: () => configOf(entries.own, hosts, report),
  };
}
