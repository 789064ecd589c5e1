import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Node, Pair, Scalar, YAMLMap } from 'yaml';
import { interpolate } from './interpolate.ts';
import type { Report } from './report.ts';
import { reportSyntax } from './syntax-findings.ts';
import type { ScalarValue, Tree, TreeEntry } from './tree.ts';

const deepest = 32;
const refusedKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads YAML 1.2 (core schema, unique keys, no aliases, no merge keys) with variables replaced.
 * Returns undefined when the text has a mistake after which the rest cannot be told.
 */
export function readTree(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
  report: Report,
): Tree | undefined {
  const document = parseDocument(text, {
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    prettyErrors: false,
    logLevel: 'error',
  });
  if (reportSyntax(text, [...document.errors, ...document.warnings], report) === 'unreadable') {
    return undefined;
  }
  return treeOf(document.contents, 0, { text, environment, report, depth: 0 });
}

interface Reading {
  readonly text: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly report: Report;
  readonly depth: number;
}

function treeOf(node: Node | null, at: number, reading: Reading): Tree {
  const start = node?.range?.[0] ?? at;
  if (node === null) {
    return { kind: 'scalar', at, end: at, value: null, fromEnvironment: false };
  }
  if (reading.depth > deepest) {
    reading.report.error(
      'YAML_NOT_ALLOWED',
      start,
      `this is nested more than ${deepest} levels deep`,
    );
    return { kind: 'broken', at: start };
  }
  if (isScalar(node)) return scalarOf(node, start, reading);
  const inner = { ...reading, depth: reading.depth + 1 };
  if (isMap(node)) return { kind: 'map', at: start, entries: entriesOf(node, inner) };
  if (isSeq(node)) {
    const items = node.items.map((item) => treeOf(item as Node | null, start, inner));
    return { kind: 'list', at: start, items };
  }
  const what = isAlias(node) ? `*${node.source} is an alias; aliases are` : 'this is';
  reading.report.error(
    'YAML_NOT_ALLOWED',
    start,
    `${what} not allowed in a production file; write the value out`,
  );
  return { kind: 'broken', at: start };
}

function entriesOf(map: YAMLMap, reading: Reading): ReadonlyMap<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>();
  for (const pair of map.items as Pair<Node, Node | null>[]) {
    const keyAt = pair.key?.range?.[0] ?? map.range?.[0] ?? 0;
    const key = keyOf(pair.key);
    if (key === undefined || refusedKeys.has(key) || key === '<<') {
      const shown = key === undefined ? 'this' : `"${key}"`;
      const hint = key === '<<' ? '; merge keys are not supported, write the keys out' : '';
      reading.report.error(
        'YAML_NOT_ALLOWED',
        keyAt,
        `${shown} cannot be a key in a production file${hint}`,
      );
      continue;
    }
    const value = isCode(key, reading.depth)
      ? codeOf(pair.value, keyAt, reading)
      : treeOf(pair.value, pair.key.range?.[1] ?? keyAt, reading);
    // Of a key given twice, which is an error already, the first counts.
    if (!entries.has(key)) entries.set(key, { keyAt, value });
  }
  return entries;
}

function keyOf(node: Node | null): string | undefined {
  if (!isScalar(node)) return undefined;
  return typeof node.value === 'string' ? node.value : '';
}

// `component` of a host: production, section, host.
function isCode(key: string, depth: number): boolean {
  return key === 'component' && depth === 3;
}

function codeOf(node: Node | null, keyAt: number, reading: Reading): Tree {
  const at = node?.range?.[0] ?? keyAt;
  if (!isScalar(node) || !/\$\{/.test(String(node.value))) return treeOf(node, at, reading);
  reading.report.error(
    'COMPONENT_FROM_VARIABLE',
    at,
    'a component is code and is never taken from a variable; write it out',
  );
  return { kind: 'broken', at };
}

function scalarOf(node: Scalar, at: number, reading: Reading): Tree {
  const end = node.range?.[1] ?? at;
  const value = node.value as ScalarValue;
  if (typeof value !== 'string' || !value.includes('$')) {
    return { kind: 'scalar', at, end, value, fromEnvironment: false };
  }
  const { text, whole, fromEnvironment, problems } = interpolate(value, reading.environment);
  for (const problem of problems) {
    const inside = reading.text.slice(at, end).indexOf(problem.expression);
    reading.report.error(
      problem.code,
      at + Math.max(0, inside),
      problem.message,
      problem.suggestion,
    );
  }
  if (problems.length > 0) return { kind: 'broken', at };
  const scalar = { kind: 'scalar', at, end, fromEnvironment } as const;
  const typed = whole ? typedAsYaml(text) : text;
  if (typed === text) return { ...scalar, value: text };
  // In quotes it is a text unless a text is not what is wanted, and the other way round.
  if (node.type === 'PLAIN') return { ...scalar, value: typed, alternative: text };
  return { ...scalar, value: text, alternative: typed };
}

// YAML 1.2.2, section 10.3.2; without the infinities, which no setting takes.
function typedAsYaml(text: string): ScalarValue {
  if (/^(?:null|Null|NULL|~|)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return Number(text);
  if (/^0o[0-7]+$|^0x[\da-fA-F]+$/.test(text)) return Number(text);
  return text;
}
