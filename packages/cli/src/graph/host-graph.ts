import { businessTypes, connectionsOf, type Production } from '@consort/core';

/** A production as its hosts and what they send to. */
export interface HostGraph {
  readonly name: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly kind: 'service' | 'process' | 'operation';
    readonly type: string;
    readonly component: string;
    readonly isEnabled: boolean;
  }[];
  /** One for each pair of hosts, with the settings that name the target. */
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly settings: readonly string[];
  }[];
}

/** The graph of a production, by the settings of its hosts. */
export function hostGraph(production: Production): HostGraph {
  const pairs = Map.groupBy(connectionsOf(production), ({ from, to }) => `${from}\0${to}`);
  return {
    name: production.name,
    nodes: production.hosts.map(({ name, kind, componentName, enabled = true }) => ({
      name,
      kind,
      type: businessTypes[kind],
      component: componentName,
      isEnabled: enabled,
    })),
    edges: [...pairs.values()].map((connections) => ({
      from: connections[0]?.from ?? '',
      to: connections[0]?.to ?? '',
      settings: connections.map(({ setting }) => setting),
    })),
  };
}
