/** Numbers of messages that one entry of the audit trail names. */
const most = 50;

/** Values that may be named: numbers, names of hosts, what is done; never a UID or the name of a search. */
const named = ['verb', 'change', 'name', 'host', 'id', 'other', 'frame'];

/**
 * What an entry of the audit trail says that something was done to.
 * @param asked what was asked, as far as it could be read
 * @param answered what came of it; undefined when it was refused
 */
export function whatOf(route: string, asked: unknown, answered: unknown): string {
  const { params = {}, body } = (asked ?? {}) as {
    readonly params?: Readonly<Record<string, unknown>>;
    readonly body?: { readonly host?: unknown; readonly name?: unknown };
  };
  const isSearch = route === 'saveSearch' || route === 'removeSearch';
  const words = named
    .filter((key) => !isSearch && params[key] !== undefined)
    .map((key) => String(params[key]));
  if (route === 'echo' && typeof body?.host === 'string') words.push(body.host);
  return [...words, ...doneWords(route, answered)].join(' ').slice(0, 1000);
}

function doneWords(route: string, answered: unknown): readonly string[] {
  const { done, refused, messageId } = (answered ?? {}) as {
    readonly done?: readonly { readonly id: number }[];
    readonly refused?: readonly unknown[];
    readonly messageId?: unknown;
  };
  if (typeof messageId === 'number' && route.startsWith('test')) return [`message ${messageId}`];
  if (!Array.isArray(done)) return [];
  const ids = done.slice(0, most).map(({ id }) => id);
  const more = done.length > most ? ` and ${done.length - most} more` : '';
  return [
    `messages ${ids.join(', ')}${more}: ${done.length} done, ${refused?.length ?? 0} refused`,
  ];
}
