import { join } from 'node:path';
import {
  codeOf,
  isFinished,
  type Document,
  type FoundMessage,
  type Host,
  type MessageReader,
  type Production,
} from '@consort/core';
import { fileSource } from '@consort/dicom/part10';
import { compileRules, readFacts, routeOf, type RuleSettings } from '@consort/dicom/routing';
import { openDocumentStore } from '@consort/store';

/** An image, for whoever looks it up: no value of a patient. */
export interface PlanExample {
  readonly messageId: number;
  readonly studyInstanceUid?: string;
}

/** Images that a host handed on and would hand on. */
export interface PlannedRoute {
  readonly host: string;
  /** Names of targets, or `no rule holds`, `nobody`. */
  readonly before: string;
  readonly after: string;
  readonly images: number;
  /** The newest, at most three. */
  readonly examples: readonly PlanExample[];
}

/** Images of which it cannot be said where they would go. */
export interface Unjudged {
  readonly host: string;
  readonly why: string;
  readonly images: number;
  readonly examples: readonly PlanExample[];
}

/** What the routes of another version of a production would have made of the images that came. */
export interface Replay {
  /** Requests that were looked at. */
  readonly looked: number;
  /** Those that would go where they went. */
  readonly same: number;
  readonly different: readonly PlannedRoute[];
  readonly unjudged: readonly Unjudged[];
}

/** What a replay works on. */
export interface ReplayParts {
  readonly reader: MessageReader;
  readonly dataDirectory: string;
  /** The version that is planned. */
  readonly planned: Production;
  /** Hosts whose component or settings are others in it, or which it does not have. */
  readonly changed: ReadonlySet<string>;
  /** ISO 8601. */
  readonly since: string;
  /** Told how many messages have been read. */
  progress(count: number): void;
}

const page = 500;
/** Requests of routers whose images have not come up yet. */
const mostWaiting = 100_000;
const noRule = 'no rule holds';

/**
 * Asks the routes of a planned version about the images that the record has, from its own headers, and compares with
 * where they went. It only reads; what it keeps in memory is bounded.
 */
export async function replayRoutes(parts: ReplayParts): Promise<Replay> {
  const { reader, planned, since } = parts;
  const documents = await openDocumentStore(join(parts.dataDirectory, 'documents'));
  const hosts = new Map(planned.hosts.map((host) => [host.name, host]));
  const tally = newTally();
  // What each host handed on, by session and data set: a request is younger than the one it comes of.
  const handedOn = new Map<string, Set<string>>();
  let count = 0;
  try {
    for (let before: number | undefined; ;) {
      const found = await reader.search({
        since,
        type: 'Request',
        limit: page,
        ...(before !== undefined && { before }),
      });
      for (const message of found) {
        count += 1;
        if (message.document) await look(message, message.document);
      }
      parts.progress(count);
      if (found.length < page) break;
      before = found.at(-1)?.header.id;
    }
  } finally {
    await documents.close();
  }
  return tally.result();

  async function look(message: FoundMessage, document: Document): Promise<void> {
    const { header } = message;
    const { sessionId, sourceConfigName: source, targetConfigName: target } = header;
    const key = (host: string) => `${sessionId} ${host} ${document.digest}`;
    const targets = handedOn.get(key(target));
    handedOn.delete(key(target));
    if (header.sourceBusinessType === 'BusinessService') {
      const next = await lookAtService(message, document, source, target);
      if (next !== target) return;
    } else {
      if (handedOn.size >= mostWaiting) handedOn.clear();
      handedOn.set(key(source), (handedOn.get(key(source)) ?? new Set()).add(target));
    }
    await lookAtHost(message, document, target, targets);
  }

  /** Where it goes from a service; undefined where that is not to be said. */
  async function lookAtService(
    message: FoundMessage,
    document: Document,
    source: string,
    target: string,
  ): Promise<string | undefined> {
    const service = hosts.get(source);
    if (!service) {
      if (source.startsWith('_')) return target;
      tally.different(source, target, 'nobody: there is no such service', message);
      return undefined;
    }
    const next = service.settings['target'];
    if (typeof next !== 'string') {
      tally.unjudged(source, 'it has no setting target', message);
      return undefined;
    }
    if (next === target) return next;
    const router = hosts.get(next);
    const route = router && isRouter(router) ? await routeBy(router, message, document) : undefined;
    tally.different(source, target, route ? `${next}, to ${inWords(route)}` : next, message);
    return next;
  }

  async function lookAtHost(
    message: FoundMessage,
    document: Document,
    name: string,
    handed: ReadonlySet<string> | undefined,
  ): Promise<void> {
    const { status, errorStatus } = message.header;
    const host = hosts.get(name);
    if (!host) return tally.different(name, name, 'nobody: there is no such host', message);
    if (!isRouter(host)) {
      if (host.kind === 'process' && parts.changed.has(name)) {
        tally.unjudged(name, 'it is a process with code of its own, and has changed', message);
      } else tally.same();
      return;
    }
    if (!isFinished(status)) return tally.unjudged(name, 'it has not ended yet', message);
    const wasUnmatched = errorStatus?.code === 'NO_RULE_HOLDS';
    const was = wasUnmatched ? noRule : inWords([...(handed ?? [])]);
    const route = await routeBy(host, message, document);
    if (route === undefined) return;
    const is = inWords(route);
    if (is === was) tally.same();
    else tally.different(name, was, is, message);
  }

  /** Undefined where it cannot be said; that is counted. */
  async function routeBy(
    router: Host,
    message: FoundMessage,
    document: Document,
  ): Promise<readonly string[] | 'none' | undefined> {
    const { arrival, timeCreated } = message.header;
    const rules = rulesOf(router);
    const circumstances = {
      callingAeTitle: arrival?.callingAeTitle ?? '',
      calledAeTitle: arrival?.calledAeTitle ?? '',
      peerAddress: arrival?.peerAddress ?? '',
      now: new Date(timeCreated),
    };
    try {
      const handle = rules.elements.length > 0 ? await documents.open(document.digest) : undefined;
      try {
        const source = handle ? fileSource(handle, document.size) : nothing;
        const facts = await readFacts(rules, source, document.transferSyntaxUid, circumstances);
        return routeOf(rules, facts).targets ?? 'none';
      } finally {
        await handle?.close();
      }
    } catch (error) {
      const code = codeOf(error);
      const why = code === 'DOCUMENT_MISSING' ? 'its document is not there any more' : code;
      tally.unjudged(router.name, why, message);
      return undefined;
    }
  }
}

/** Read where no rule asks about an element. */
const nothing = { size: 0, read: async () => Buffer.alloc(0) };

function isRouter({ componentName }: Host): boolean {
  return componentName === 'dicom.router';
}

const compiled = new WeakMap<Host, ReturnType<typeof compileRules>>();

function rulesOf(router: Host): ReturnType<typeof compileRules> {
  const known = compiled.get(router) ?? compileRules(router.settings as unknown as RuleSettings);
  compiled.set(router, known);
  return known;
}

function inWords(targets: readonly string[] | 'none'): string {
  if (targets === 'none') return noRule;
  return targets.toSorted().join(', ') || 'nobody';
}

function newTally() {
  let same = 0;
  let looked = 0;
  const different = new Map<string, PlannedRoute>();
  const unjudged = new Map<string, Unjudged>();
  return {
    same() {
      looked += 1;
      same += 1;
    },
    different(host: string, before: string, after: string, message: FoundMessage) {
      looked += 1;
      const key = JSON.stringify([host, before, after]);
      different.set(key, counted({ host, before, after, ...different.get(key) }, message));
    },
    unjudged(host: string, why: string, message: FoundMessage) {
      looked += 1;
      const key = JSON.stringify([host, why]);
      unjudged.set(key, counted({ host, why, ...unjudged.get(key) }, message));
    },
    result: (): Replay => ({
      looked,
      same,
      different: [...different.values()].toSorted((a, b) => b.images - a.images),
      unjudged: [...unjudged.values()].toSorted((a, b) => b.images - a.images),
    }),
  };
}

function counted<Row extends { images?: number; examples?: readonly PlanExample[] }>(
  row: Row,
  { header, document }: FoundMessage,
): Row & { images: number; examples: readonly PlanExample[] } {
  const { images = 0, examples = [] } = row;
  const studyInstanceUid = document?.attributes.studyInstanceUid;
  const example = { messageId: header.id, ...(studyInstanceUid && { studyInstanceUid }) };
  const most = 3;
  return {
    ...row,
    images: images + 1,
    examples: examples.length < most ? [...examples, example] : examples,
  };
}
