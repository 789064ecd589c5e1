import { parser } from '@prometheus-io/lezer-promql';

/** The metrics that an expression of PromQL names. @throws Error where it does not parse */
export function metricsOf(expression: string): readonly string[] {
  const names = new Set<string>();
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) {
        throw new Error(`no PromQL at character ${node.from}: ${expression}`);
      }
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector')
        names.add(expression.slice(node.from, node.to));
    },
  });
  return [...names];
}

/** A name without what a histogram adds to it. */
export function familyOf(metric: string): string {
  return metric.replace(/_(bucket|sum|count)$/, '');
}
