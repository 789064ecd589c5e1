import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { outputs } from '../json/outputs.ts';
import { drawMermaid } from './draw-mermaid.ts';
import { drawSvg } from './draw-svg.ts';
import type { HostGraph } from './host-graph.ts';

const graph: HostGraph = {
  name: 'Demo <DICOM>',
  nodes: [
    { name: 'In', kind: 'service', type: 'BusinessService', component: 'a.b', isEnabled: true },
    {
      name: 'Go "on"',
      kind: 'process',
      type: 'BusinessProcess',
      component: './<x>.ts',
      isEnabled: false,
    },
    {
      name: 'Out',
      kind: 'operation',
      type: 'BusinessOperation',
      component: 'c.d',
      isEnabled: true,
    },
  ],
  edges: [
    { from: 'In', to: 'Go "on"', settings: ['target'] },
    { from: 'Go "on"', to: 'Out', settings: ['rules[0].send', 'otherwise'] },
  ],
};

it('draws a Mermaid flowchart: hosts by kind, targets as edges, text escaped', () => {
  const lines = drawMermaid(graph).split('\n');
  expect(lines.slice(0, 6)).toEqual([
    'flowchart LR',
    '  h1(["In<br/>a.b"])',
    '  h2["Go #34;on#34;<br/>./#60;x#62;.ts"]',
    '  h3[["Out<br/>c.d"]]',
    '  h1 --> h2',
    '  h2 --> h3',
  ]);
  expect(lines).toContain('  class h2 process');
});

it('draws an SVG picture in columns by kind, text escaped', () => {
  const svg = drawSvg(graph);
  const at = [...svg.matchAll(/<g class="([a-z ]+)" transform="translate\((-?[\d.]+) /g)];
  expect(at.map(([, kind]) => kind)).toEqual(['service', 'process disabled', 'operation']);
  const columns = at.map(([, , x]) => Number(x));
  expect(columns).toEqual(columns.toSorted((one, other) => one - other));
  expect(new Set(columns).size).toBe(3);
  expect(svg.match(/<path class="edge"/g)).toHaveLength(2);
  expect(svg).toContain('<title>rules[0].send, otherwise</title>');
  expect(svg).not.toMatch(/Go "on"|<x>|<DICOM>/);
});

it('an empty production is an empty picture', () => {
  expect(drawSvg({ name: 'x', nodes: [], edges: [] })).toMatch(/^<svg [^>]*viewBox="-24 -24 /);
});

it(
  'the verbs of an author print what the schema of their JSON says',
  { timeout: 120_000 },
  async () => {
    const main = new URL('../main.ts', import.meta.url).pathname;
    const production = new URL('../../../../productions/router', import.meta.url).pathname;
    const run = async (...words: string[]) => {
      const { stdout } = await promisify(execFile)(process.execPath, [
        main,
        '-p',
        production,
        ...words,
      ]);
      return stdout;
    };
    const list = outputs.list.parse(JSON.parse(await run('list', '--json')));
    const names = list.components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['dicom.tcp-service', './collect-study.ts']));
    const config = outputs.config.parse(JSON.parse(await run('config', '--json')));
    expect(config.values[0]).toMatchObject({ path: ['name'], value: 'Demo.Router', from: 'file' });
    const version = outputs.version.parse(JSON.parse(await run('version', '--json')));
    expect(version).toMatchObject({
      node: process.version,
      platform: { system: process.platform },
    });
    expect(version.schema.present).toMatch(/^\d{4}-[a-z-]+$/);
    expect(await run('graph')).toMatch(/^flowchart LR\n {2}h1\(\["From.PACS/);
    expect(await run('list', './collect-study.ts')).toMatch(/quiet {2}a duration/);
  },
);
