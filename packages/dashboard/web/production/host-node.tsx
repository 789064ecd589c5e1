import { Handle, Position, type NodeProps, type Node } from '@xyflow/react';
import { connectionWords, hostWords, kindWords } from '../words/production-status.ts';
import { count } from '../words/size.ts';
import { State } from '../words/state.tsx';
import { Name } from '../words/text.tsx';
import { Age } from '../words/time.tsx';
import { rate } from './rate.ts';
import type { Host } from './production-page.tsx';

/** A host as the graph shows it. */
export type ShownHost = { readonly host: Host; readonly rate: number };

/** A host in the graph. */
export function HostNode({
  data: { host, rate: perMinute },
  selected,
}: NodeProps<Node<ShownHost>>) {
  const { tone, word } = hostWords(host);
  const connection = connectionWords(host);
  return (
    <div className={`host-node ${tone}-edge`} data-selected={selected}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <p className="kind">
        <span>{kindWords[host.type]}</span>
        {(host.poolSize ?? 1) > 1 && <span>pool size {host.poolSize}</span>}
      </p>
      <p className="title">
        <Name>{host.name}</Name>
      </p>
      <p className="states">
        <State tone={tone} word={word} />
        {connection && <State tone={connection.tone} word={connection.word} />}
      </p>
      <p className="numbers">
        <span>{rate(perMinute)}/min</span>
        <span className={host.queued > 0 ? 'more' : ''}>{count(host.queued)} queued</span>
        {host.oldestQueuedAt && (
          <span>
            oldest <Age since={host.oldestQueuedAt} />
          </span>
        )}
        {host.failed > 0 && <span className="bad">{count(host.failed)} failed</span>}
      </p>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}
