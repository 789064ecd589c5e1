const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Writes a number of bytes for people, in steps of 1000: `512 B`, `39.1 kB`, `1.2 GB`. */
export function size(bytes: number): string {
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return step === 0 ? `${bytes} B` : `${(bytes / 1000 ** step).toFixed(1)} ${units[step]}`;
}

/** Writes a whole number with its thousands set apart, by the viewer's language. */
export function count(value: number): string {
  return value.toLocaleString();
}
