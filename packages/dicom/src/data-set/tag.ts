/** The tag of `(0008,0018)` or `00080018`; undefined when the text is none. */
export function parseTag(text: string): number | undefined {
  const match = /^(?:\(([0-9a-f]{4}),([0-9a-f]{4})\)|([0-9a-f]{8}))$/i.exec(text);
  return match ? parseInt(match[3] ?? `${match[1]}${match[2]}`, 16) : undefined;
}
