import { patientFields } from '../answers/patient-data.ts';

/** Numbers of messages that one entry of the audit trail names. */
const most = 50;

/** Values that may be named: numbers, names of hosts, what is done; never a UID or the name of a search. */
const named = ['verb', 'change', 'name', 'host', 'id', 'other', 'frame'];

/** Routes whose bodies name users, tokens and roles. */
const ofUsers: readonly string[] = ['addUser', 'changeRoles', 'createToken'];

/**
 * What an entry of the audit trail says that something was done to.
 * @param asked what was asked, checked; empty when it was not as it should be
 * @param answered what came of it; undefined when it was refused
 */
export function whatOf(route: string, asked: unknown, answered: unknown): string {
  const {
    params = {},
    query,
    body,
  } = (asked ?? {}) as {
    readonly params?: Readonly<Record<string, unknown>>;
    readonly query?: Readonly<Record<string, unknown>>;
    readonly body?: Readonly<Record<string, unknown>>;
  };
  const isSearch = route === 'saveSearch' || route === 'removeSearch';
  const words = named
    .filter((key) => !isSearch && params[key] !== undefined)
    .map((key) => String(params[key]));
  if (route === 'echo' && typeof body?.['host'] === 'string') words.push(body['host']);
  if (route === 'updateProduction' && body)
    words.push(body['isDryRun'] === true ? 'dry run' : 'real');
  if (body && ofUsers.includes(route)) words.push(...userWords(body));
  if (route === 'exportMessages' && query) words.push(...exportWords(query));
  return [...words, ...doneWords(route, answered)].join(' ').slice(0, 1000);
}

/**
 * By what a list was searched and how much it shows, never a value; undefined for one that tells of nobody: it is empty, and
 * no patient was searched for.
 */
export function listWords(asked: unknown, answered: unknown): string | undefined {
  const { query = {} } = asked as { readonly query?: Readonly<Record<string, unknown>> };
  const criteria = Object.keys(query).filter(
    (key) => key !== 'limit' && key !== 'cursor' && query[key] !== undefined,
  );
  const { messages, studies, images } = answered as Readonly<
    Record<string, readonly unknown[] | undefined>
  >;
  const rows = (messages ?? studies ?? images ?? []).length;
  if (rows === 0 && !patientFields.some((field) => criteria.includes(field))) return undefined;
  const by = criteria.length > 0 ? `by ${criteria.join(', ')}: ` : '';
  return `${by}${rows} ${rows === 1 ? 'entry' : 'entries'}`;
}

/** Whose name is not in the path, and which roles were given. */
function userWords({ name, roles }: Readonly<Record<string, unknown>>): readonly string[] {
  return [
    ...(typeof name === 'string' ? [name] : []),
    ...(Array.isArray(roles) ? [roles.map(String).join(', ')] : []),
  ];
}

/** How, and whether a patient was asked for; never which. */
function exportWords(query: Readonly<Record<string, unknown>>): readonly string[] {
  const isByPatient = patientFields.some((field) => query[field] !== undefined);
  return [String(query['format']), ...(isByPatient ? ['by patient'] : [])];
}

function doneWords(route: string, answered: unknown): readonly string[] {
  const { id, done, refused, messageId } = (answered ?? {}) as {
    readonly done?: readonly { readonly id: number }[];
    readonly refused?: readonly unknown[];
    readonly messageId?: unknown;
    readonly id?: unknown;
  };
  if (route === 'createToken' && typeof id === 'string') return [`as ${id}`];
  if (typeof messageId === 'number' && route.startsWith('test')) return [`message ${messageId}`];
  if (!Array.isArray(done)) return [];
  const ids = done.slice(0, most).map((one) => one.id);
  const more = done.length > most ? ` and ${done.length - most} more` : '';
  return [
    `messages ${ids.join(', ')}${more}: ${done.length} done, ${refused?.length ?? 0} refused`,
  ];
}
