import { graphlib, layout } from '@dagrejs/dagre';

/** Size of a host in the graph, in pixels. */
export const hostSize = { width: 272, height: 132 } as const;

/** Upper left corners by host, and the height of the highest column. Pixels. */
export interface Places {
  readonly at: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
  readonly height: number;
}

const gap = 28;

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
export function places(hosts: readonly Named[], lines: readonly Line[]): Places {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: gap, ranksep: 110 });
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
  return centred(
    hosts.map(({ name }) => ({ name, ...(graph.node(name) as { x: number; y: number }) })),
  );
}

/** Keeps columns and the order in them, and puts each column around the same middle. */
function centred(placed: readonly { name: string; x: number; y: number }[]): Places {
  const columns = Map.groupBy(placed, ({ x }) => Math.round(x));
  const at = new Map<string, { x: number; y: number }>();
  const step = hostSize.height + gap;
  for (const [x, column] of columns) {
    const inOrder = column.toSorted((one, other) => one.y - other.y);
    for (const [index, { name }] of inOrder.entries()) {
      const y = (index - (inOrder.length - 1) / 2) * step;
      at.set(name, { x: x - hostSize.width / 2, y: y - hostSize.height / 2 });
    }
  }
  const most = Math.max(0, ...[...columns.values()].map(({ length }) => length));
  return { at, height: most * step };
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
