import type { HostGraph } from './host-graph.ts';

/** A graph as a Mermaid flowchart, which GitHub, GitLab and many editors draw. */
export function drawMermaid({ nodes, edges }: HostGraph): string {
  const ids = new Map(nodes.map(({ name }, index) => [name, `h${index + 1}`]));
  const styled = (['service', 'process', 'operation'] as const).flatMap((kind) => {
    const members = nodes.filter((node) => node.kind === kind).map(({ name }) => ids.get(name));
    return members.length > 0 ? [`  class ${members.join(',')} ${kind}`] : [];
  });
  return [
    'flowchart LR',
    ...nodes.map(({ name, kind, component }) => {
      const [open, close] = shapes[kind];
      return `  ${ids.get(name)}${open}"${escape(name)}<br/>${escape(component)}"${close}`;
    }),
    ...edges.map(({ from, to }) => `  ${ids.get(from)} --> ${ids.get(to)}`),
    '  classDef service fill:#dcebff,stroke:#2b6cb0,color:#111',
    '  classDef process fill:#f1f1f1,stroke:#666,color:#111',
    '  classDef operation fill:#dff5e3,stroke:#2f855a,color:#111',
    ...styled,
  ].join('\n');
}

const shapes = {
  service: ['([', '])'],
  process: ['[', ']'],
  operation: ['[[', ']]'],
} as const;

/** Mermaid's own entities: everything but letters, digits and what names are made of. */
function escape(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} ._:/@-]/gu, (character) => `#${character.codePointAt(0)};`);
}
