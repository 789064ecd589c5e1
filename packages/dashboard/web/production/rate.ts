import type { Host, Production } from './production-page.tsx';

/** How many messages a host has dealt with in the last minute; a service deals with those that it sends on. */
export function rateOf(
  { name, type, perMinute }: Pick<Host, 'name' | 'type' | 'perMinute'>,
  edges: Production['edges'],
): number {
  if (type !== 'BusinessService') return perMinute;
  return edges.filter(({ from }) => from === name).reduce((sum, edge) => sum + edge.perMinute, 0);
}

/** Writes how many messages end in a minute: `0`, `0.5`, `12`. */
export function rate(perMinute: number): string {
  return perMinute === 0 || perMinute >= 10
    ? String(Math.round(perMinute))
    : perMinute.toFixed(1).replace(/\.0$/, '');
}
