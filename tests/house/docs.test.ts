import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { defineOperation, defineProcess, loadProduction, target } from '@consort/core';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { componentLoader } from '../../packages/cli/src/load-component.ts';
import { codeBlocks, commandsIn, type CodeBlock } from './code-blocks.ts';
import { root } from './root.ts';
import { markdownPages } from './user-texts.ts';

const blocks = await codeBlocks();

test('every command of production on a page is one that the program takes', async () => {
  const lines = blocks.flatMap((block) =>
    commandsIn(block).map((words) => ({ words, where: block.where })),
  );
  expect(lines.length).toBeGreaterThan(60);
  const script = root('tests/house/parse-commands.ts');
  const given = JSON.stringify(lines.map(({ words }) => words));
  const { stdout } = await promisify(execFile)(process.execPath, [script, given]);
  const wrong = JSON.parse(stdout) as readonly { line: string; why: string }[];
  const placed = wrong.map(({ line, why }) => {
    const at = lines.find(({ words }) => words.join(' ') === line)?.where;
    return `${at}: production ${line}: ${why}`;
  });
  expect(placed).toEqual([]);
});

test('every production on a page is loaded without a finding, every part of one fits into one', async () => {
  // What stands on semantics.md is compared with a production that runs, in semantics.test.ts.
  const yaml = blocks.filter(
    ({ info, where }) => /^ya?ml\b/.test(info) && !where.startsWith('docs/semantics.md'),
  );
  expect(yaml.length).toBeGreaterThan(20);
  const wrong: string[] = [];
  for (const block of yaml) wrong.push(...(await findingsOf(block)));
  expect(wrong).toEqual([]);
});

/** What `check` says about a block, with its place on the page. */
async function findingsOf(block: CodeBlock): Promise<readonly string[]> {
  for (const document of parseAllDocuments(block.text))
    if (document.errors[0]) return [`${block.where}: ${document.errors[0].message}`];
  const read = parse(block.text) as object | null;
  if (read === null) return []; // a comment alone
  // Scenarios, and what other programs read, have tests of their own.
  if ('steps' in read || 'apiVersion' in read || 'scrape_configs' in read) return [];
  const { text, isWhole } = productionOf(block.text, read);
  const folder = await mkdtemp(join(tmpdir(), 'docs-'));
  try {
    const file = join(folder, 'production.yaml');
    await writeFile(file, text);
    const { findings } = await loadProduction(file, { ...standIns(text), env: variablesIn(text) });
    return findings
      .filter(({ code }) => isWhole || !whatIsElsewhere.includes(code))
      .map(({ line, code, message }) => `${block.where}, line ${line}: ${code} ${message}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What is found about a part of a file because the rest of it is not there. */
const whatIsElsewhere: readonly string[] = ['TARGET_MISSING', 'HOST_UNREACHED', 'NO_HOSTS'];

const sections = ['services', 'processes', 'operations'];

/** A whole file, also where the block is a part of one: settings of a service, hosts, or keys of the production. */
function productionOf(text: string, read: object): { text: string; isWhole: boolean } {
  const keys = Object.keys(read);
  if (keys.includes('name') && keys.some((key) => sections.includes(key)))
    return { text, isWhole: true };
  const isOfProduction = keys.some((key) => [...sections, ...keysOfProduction].includes(key));
  if (isOfProduction) return { text: `name: Page\n${text}`, isWhole: false };
  const own = /^ */.exec(text)![0];
  const setting = text.replaceAll(new RegExp(`^${own}(?=.)`, 'gm'), '      ');
  const given = {
    port: '2010',
    localAet: 'HERE',
    remoteAet: '"*"',
    target: 'There',
    tls: '{ cert: ./here.crt, key: ./here.key, ca: ./ca.crt }',
  };
  const others = Object.entries(given).filter(([key]) => !keys.includes(key));
  const more = others.map(([key, value]) => `      ${key}: ${value}\n`).join('');
  const service = `name: Page\nservices:\n  In:\n    component: dicom.tcp-service\n    settings:\n${more}`;
  return { text: service + setting, isWhole: false };
}

const keysOfProduction = ['alerts', 'openIdConnect', 'retention', 'testingEnabled'];

/** The components that come along; for those of a page's own, one that takes the settings it is given there. */
function standIns(text: string) {
  const read = parse(text) as Record<string, Record<string, HostEntry> | null>;
  const hosts = sections.flatMap((section) =>
    Object.entries(read[section] ?? {}).map(([name, entry]) => ({ section, name, ...entry })),
  );
  const names = hosts.map(({ name }) => name);
  return {
    ...componentLoader,
    async load(wanted: string, folder: string) {
      const host = hosts.find(({ component }) => component === wanted);
      if (!host || !/^(\.|npm:)/.test(wanted)) return componentLoader.load(wanted, folder);
      const own = {
        description: 'A component of the page.',
        settings: z.object(
          Object.fromEntries(
            Object.entries(host.settings ?? {}).map(([key, value]) => [key, kindOf(value, names)]),
          ),
        ),
      };
      if (host.section === 'operations')
        return defineOperation({ ...own, onMessage: () => undefined });
      return defineProcess({ ...own, onRequest: () => undefined });
    },
  };
}

/** The schema of a setting: a target where its value is a host, also in a list or by name. */
function kindOf(value: unknown, hosts: readonly string[]): z.ZodType {
  const isHost = (one: unknown) => hosts.includes(String(one));
  if (isHost(value)) return target();
  if (typeof value !== 'object' || value === null) return z.any();
  if (!Object.values(value).every(isHost)) return z.any();
  return Array.isArray(value) ? z.array(target()) : z.record(z.string(), target());
}

interface HostEntry {
  readonly component: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

function variablesIn(text: string): Record<string, string> {
  const names = [...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name);
  const value = (name: string) => (name.endsWith('URL') ? 'https://somewhere.example/' : 'given');
  return Object.fromEntries(
    names.filter((name) => !text.includes(`\${${name}:-`)).map((name) => [name, value(name)]),
  );
}

const pages = await markdownPages();
const texts = new Map(
  await Promise.all(pages.map(async (page) => [page, await readFile(root(page), 'utf8')] as const)),
);

test('every link of a page leads to a file, and where it names a heading, to that', async () => {
  const dead: string[] = [];
  for (const [page, text] of texts) {
    const prose = text.replaceAll(/^```[^]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
    for (const [, link = ''] of prose.matchAll(/\]\(([^)\s]+)[^)]*\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path = '', heading] = link.split('#');
      const file = path === '' ? root(page) : resolve(dirname(root(page)), path);
      if (!(await exists(file))) dead.push(`${page}: ${link}`);
      else if (heading && !headingsOf(await readFile(file, 'utf8')).includes(heading))
        dead.push(`${page}: ${link}`);
    }
  }
  expect(dead).toEqual([]);
});

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** The ids that GitHub and the site give to the headings of a page. */
function headingsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}
