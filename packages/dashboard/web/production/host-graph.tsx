import { Background, Controls, MarkerType, ReactFlow, type Edge, type Node } from '@xyflow/react';
import { useMemo } from 'react';
import '@xyflow/react/dist/style.css';
import { useTheme } from '../frame/theme.ts';
import { HostNode, type ShownHost } from './host-node.tsx';
import { places } from '../../src/graph-layout.ts';
import { rate, rateOf } from './rate.ts';
import type { Production } from './production-page.tsx';
import '../style/graph.css';

const nodeTypes = { host: HostNode };

/** The hosts as a graph: services left, operations right, and how many messages go along each line. */
export default function HostGraph({
  production: { hosts, edges },
  selected,
  onSelect,
}: {
  readonly production: Production;
  readonly selected: string | undefined;
  readonly onSelect: (host: string | undefined) => void;
}) {
  const [theme] = useTheme();
  // The places change with the hosts and their lines alone, not with every number.
  const shape = JSON.stringify([hosts.map(({ name, type }) => [name, type]), edges.map(pair)]);
  const layout = useMemo(() => places(hosts, edges), [shape]);
  const nodes: Node<ShownHost>[] = hosts.map((host) => ({
    id: host.name,
    type: 'host',
    position: layout.at.get(host.name) ?? { x: 0, y: 0 },
    data: { host, rate: rateOf(host, edges) },
    selected: host.name === selected,
    ariaLabel: `Host ${host.name}`,
  }));
  const lines: Edge[] = edges.map((edge) => ({
    id: `${edge.from}\n${edge.to}\n${edge.setting}`,
    source: edge.from,
    target: edge.to,
    className: edge.perMinute > 0 ? 'busy' : 'quiet-line',
    animated: edge.perMinute > 0,
    ...(edge.perMinute > 0 ? { label: `${rate(edge.perMinute)}/min` } : {}),
    ariaLabel: `${edge.from} sends to ${edge.to}: ${rate(edge.perMinute)} a minute`,
    markerEnd: { type: MarkerType.ArrowClosed, width: 18, height: 18 },
    focusable: false,
  }));
  return (
    <div
      className="sheet graph"
      style={{ height: Math.min(Math.max(layout.height + 80, 300), 640) }}
    >
      <ReactFlow
        nodes={nodes}
        edges={lines}
        nodeTypes={nodeTypes}
        colorMode={theme}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.08 }}
        minZoom={0.2}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        proOptions={{ hideAttribution: true }}
        aria-label="Hosts and how messages go between them"
        onNodeClick={(_event, node) => onSelect(node.id)}
        onPaneClick={() => onSelect(undefined)}
      >
        <Background gap={20} size={1} />
        <Controls showInteractive={false} orientation="horizontal" position="bottom-right" />
      </ReactFlow>
    </div>
  );
}

function pair({ from, to }: Production['edges'][number]): readonly [string, string] {
  return [from, to];
}
