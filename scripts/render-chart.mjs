// Renders deploy/helm/consort without helm, for kubectl apply:
//   node scripts/render-chart.mjs RELEASE [--values FILE.yaml] [--set page.allowedCidr=10.1.0.0/16]
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { fail, root } from './commands.mjs';

const chartFolder = join(root, 'deploy/helm/consort');

if (process.argv[1] === import.meta.filename) await main();

async function main() {
  const { positionals, values: options } = parseArgs({
    allowPositionals: true,
    options: { values: { type: 'string' }, set: { type: 'string', multiple: true } },
  });
  const [release] = positionals;
  if (!release || positionals.length > 1)
    fail('usage: render-chart.mjs RELEASE [--values FILE.yaml] [--set KEY=VALUE]', 2);
  const file = options.values ? parse(await readFile(options.values, 'utf8')) : {};
  const set = (options.set ?? []).map((word) => nested(word));
  try {
    for (const text of (await renderChart(release, [file, ...set])).values())
      process.stdout.write(`---\n${text}`);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error), 2);
  }
}

/**
 * The manifests of a release by the names of their templates, which hold `{{ .Values.a.b }}` and the like and nothing
 * else of helm's language. A value that the chart does not know, or that a template asks for in vain, is an error.
 */
export async function renderChart(release, changes = []) {
  if (!/^[a-z]([-a-z0-9]{0,40}[a-z0-9])?$/.test(release))
    throw new Error(`${JSON.stringify(release)} is no name of a release: write a-z, 0-9 and -`);
  const chart = parse(await readFile(join(chartFolder, 'Chart.yaml'), 'utf8'));
  let values = parse(await readFile(join(chartFolder, 'values.yaml'), 'utf8'));
  for (const change of changes) values = merged(values, change ?? {}, '');
  const known = {
    Values: values,
    Release: { Name: release, Service: 'Helm' },
    Chart: { Name: chart.name, Version: chart.version, AppVersion: chart.appVersion },
  };
  const templates = join(chartFolder, 'templates');
  const rendered = new Map();
  for (const name of (await readdir(templates)).sort()) {
    const text = await readFile(join(templates, name), 'utf8');
    rendered.set(
      name,
      text.replace(/\{\{([^}]*)\}\}/g, (_whole, words) => valueOf(words.trim(), known, name)),
    );
  }
  return rendered;
}

function valueOf(words, known, name) {
  if (!/^(\.\w+)+$/.test(words)) throw new Error(`${name}: {{ ${words} }} is more than a value`);
  let found = known;
  for (const key of words.slice(1).split('.'))
    found = Object.hasOwn(Object(found), key) ? found[key] : undefined;
  const text = String(found);
  if (found === undefined || found === null || typeof found === 'object')
    throw new Error(`${name}: there is no value ${words}`);
  // It stands in YAML, plain or between single quotes: only what means the same in both is let through.
  if (!/^[\w./:@+-]+$/.test(text))
    throw new Error(`${words} cannot be ${JSON.stringify(text)}: write letters, digits, ./:@+-`);
  return text;
}

function merged(values, change, path) {
  const all = { ...values };
  for (const [key, value] of Object.entries(change)) {
    const name = `${path}${key}`;
    if (!Object.hasOwn(values, key)) throw new Error(`the chart has no value ${name}`);
    const isGroup = typeof values[key] === 'object';
    if (isGroup !== (typeof value === 'object' && value !== null))
      throw new Error(`${name} is ${isGroup ? 'a group of values' : 'a value, not a group'}`);
    all[key] = isGroup ? merged(values[key], value, `${name}.`) : value;
  }
  return all;
}

/** `a.b=c` as `{ a: { b: 'c' } }`. @returns {any} */
function nested(word) {
  const [, path = '', value] = /^([\w.]+)=(.*)$/.exec(word) ?? [];
  if (value === undefined) throw new Error(`--set ${word}: write KEY=VALUE`);
  let change = /** @type {unknown} */ (value);
  for (const key of path.split('.').reverse()) change = { [key]: change };
  return change;
}
