/** HTML that is safe to send: its parts were escaped when they were put in. */
export interface Html {
  readonly text: string;
}

type Part = Html | string | number | undefined | readonly Html[];

/**
 * Writes HTML. Every part is text and is escaped, except what was itself written with this.
 * @example html`<td>${name}</td>`
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const written = strings.map((string, index) => string + write(parts[index]));
  return { text: written.join('') };
}

function write(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part));
  return 'text' in part ? part.text : part.map(({ text }) => text).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!).replace(unseen, shown);
}

// A peer's AE title may hold characters that hide or reverse what stands around them.
const unseen = /[\p{Cc}\p{Bidi_Control}\u200b\u2028\u2029\ufeff]/gu;

function shown(character: string): string {
  if (character === '\n' || character === '\t') return character;
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
