/** A code of a coding scheme. */
export interface Code {
  readonly code: string;
  readonly system: string;
  readonly text: string;
}

type Attributes = Readonly<Record<string, string>>;

/** An element that begins; with a text it ends as well. */
export function tag(name: string, attributes: Attributes, text?: string): string {
  const begin = `<${name}${written(attributes)}>`;
  return text === undefined ? begin : `${begin}${escape(text)}</${name}>`;
}

/** An element with nothing in it. */
export function empty(name: string, attributes: Attributes): string {
  return `<${name}${written(attributes)}/>`;
}

/** An element that is a code (PS3.15 section A.5.1). */
export function coded(name: string, { code, system, text }: Code): string {
  return empty(name, { 'csd-code': code, codeSystemName: system, originalText: text });
}

function written(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escape(value)}"`)
    .join('');
}

/** What is in it cannot end its element, and is none of the characters that XML has no way to write. */
function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '?');
}
