import { graphlib, layout } from '@dagrejs/dagre';

/** Size of a host in the graph, in pixels. */
export const hostSize = { width: 272, height: 132 } as const;

interface Named {
  readonly name: string;
  readonly type: string;
}

interface Line {
  readonly from: string;
  readonly to: string;
}

/**
 * Where each host stands: services in the first column, operations in the last, processes between them in the order
 * in which messages go. Returns upper left corners, and the height of it all.
 */
export function places(
  hosts: readonly Named[],
  lines: readonly Line[],
): { readonly at: ReadonlyMap<string, { x: number; y: number }>; readonly height: number } {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 28, ranksep: 110 });
  graph.setDefaultEdgeLabel(() => ({}));
  const last = lastColumn(hosts, lines);
  // A host without a line would stand anywhere: an unseen root holds each kind in its column.
  graph.setNode(root, { width: 1, height: 1 });
  for (const { name, type } of hosts) {
    graph.setNode(name, { ...hostSize });
    graph.setEdge(root, name, { minlen: columnOf(type, last), weight: 0 });
  }
  for (const { from, to } of lines) {
    if (from !== to && graph.hasNode(from) && graph.hasNode(to))
      graph.setEdge(from, to, { weight: 4 });
  }
  layout(graph);
  const at = new Map<string, { x: number; y: number }>();
  for (const { name } of hosts) {
    const { x, y } = graph.node(name) as { x: number; y: number };
    at.set(name, { x: x - hostSize.width / 2, y: y - hostSize.height / 2 });
  }
  const ys = [...at.values()].map(({ y }) => y);
  return { at, height: Math.max(...ys, 0) - Math.min(...ys, 0) + hostSize.height };
}

const root = '\u0000root';

function columnOf(type: string, last: number): number {
  if (type === 'BusinessService') return 1;
  return type === 'BusinessOperation' ? last : 2;
}

/** One after the longest way from process to process; a circle of processes is walked once. */
function lastColumn(hosts: readonly Named[], lines: readonly Line[]): number {
  const isProcess = new Set(
    hosts.filter(({ type }) => type === 'BusinessProcess').map(({ name }) => name),
  );
  const depth = (name: string, before: readonly string[]): number =>
    1 +
    Math.max(
      0,
      ...lines
        .filter(({ from, to }) => from === name && isProcess.has(to) && !before.includes(to))
        .map(({ to }) => depth(to, [...before, to])),
    );
  const longest = Math.max(0, ...[...isProcess].map((name) => depth(name, [name])));
  return 2 + longest;
}
