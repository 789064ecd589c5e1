/** Writes how many messages end in a minute: `0`, `0.5`, `12`. */
export function rate(perMinute: number): string {
  return perMinute === 0 || perMinute >= 10
    ? String(Math.round(perMinute))
    : perMinute.toFixed(1).replace(/\.0$/, '');
}
