import type { z } from 'zod';
import type { ShownElement } from './api/documents.ts';
import { paths, type RouteName } from './api/paths.ts';
import type { Routes } from './api/routes.ts';

export type { RouteName, ShownElement };
export type { Role } from './api/route.ts';
export type { told } from './api/stream.ts';

type Part<Name extends RouteName, Key extends string> = Routes[Name] extends {
  readonly [key in Key]: infer Schema;
}
  ? Schema extends z.ZodType
    ? Given<Key, z.input<Schema>>
    : Key extends 'body'
      ? { readonly body: Blob | Uint8Array<ArrayBuffer> | ReadableStream }
      : unknown
  : unknown;

/** What has nothing that must be given may be left out. */
type Given<Key extends string, Value> =
  Partial<Value & object> extends Value
    ? { readonly [key in Key]?: Value }
    : undefined extends Value
      ? { readonly [key in Key]?: Value }
      : { readonly [key in Key]: Value };

/** What a route is called with: `params` of its path, `query`, and `body`; those it has. */
export type Input<Name extends RouteName> = Part<Name, 'params'> &
  Part<Name, 'query'> &
  Part<Name, 'body'>;

type Arguments<Name extends RouteName> =
  Partial<Input<Name>> extends Input<Name>
    ? readonly [input?: Input<Name>, signal?: AbortSignal]
    : readonly [input: Input<Name>, signal?: AbortSignal];

/** What a route answers; a Response for one that streams. */
export type Output<Name extends RouteName> = Routes[Name]['answer'] extends z.ZodType
  ? z.output<Routes[Name]['answer']>
  : Response;

/** What the server refused with. */
export class ApiError extends Error {
  readonly status: number;
  /** A code of docs/errors.md. */
  readonly code: string;

  constructor(status: number, code: string, text: string) {
    super(text);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

/** How a client reaches the server; all of it has defaults in a browser. */
export interface ClientOptions {
  /** `http://127.0.0.1:7070`; default: where the page comes from. */
  readonly url?: string;
  /** An API token. */
  readonly token?: string;
  readonly fetch?: typeof fetch;
}

/** Calls routes by their names. */
export interface Client {
  /**
   * Calls a route.
   * @throws ApiError what the server refused with; whatever `fetch` throws when it is not there
   */
  call<Name extends RouteName>(name: Name, ...input: Arguments<Name>): Promise<Output<Name>>;
  /** The URL of a route that is read: for a link, an image, an EventSource. */
  href<Name extends RouteName>(name: Name, input?: Omit<Input<Name>, 'body'>): string;
}

/** Makes a client; also for browsers: it imports nothing of Node. */
export function openClient(options: ClientOptions = {}): Client {
  const { url = '', token, fetch: send = fetch } = options;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    async call(name, ...given) {
      const [input = {}, signal] = given as readonly [AnyInput?, AbortSignal?];
      const [method, path] = split(name);
      const { body } = input;
      const response = await send(`${url}${filled(path, input)}`, {
        method,
        headers: { accept: 'application/json', ...typeOf(method, body), ...authorization },
        ...bodyOf(method, body),
        ...(signal ? { signal } : {}),
      });
      if (!response.ok) throw await refusalOf(response);
      const isJson = response.headers.get('content-type')?.startsWith('application/json');
      return (isJson ? await response.json() : response) as never;
    },
    href: (name, input) => `${url}${filled(split(name)[1], input ?? {})}`,
  };
}

interface AnyInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
}

function split(name: RouteName): readonly [string, string] {
  const [method = '', path = ''] = paths[name].split(' ');
  return [method, path];
}

function filled(path: string, { params = {}, query = {} }: AnyInput): string {
  const whole = path.replace(/:(\w+)/g, (_, key: string) =>
    encodeURIComponent(String(params[key])),
  );
  const asked = new URLSearchParams(
    Object.entries(query).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, `${value}`] as [string, string]],
    ),
  ).toString();
  return asked === '' ? whole : `${whole}?${asked}`;
}

function isBytes(body: unknown): body is Blob | Uint8Array<ArrayBuffer> | ReadableStream {
  return body instanceof Blob || body instanceof Uint8Array || body instanceof ReadableStream;
}

function typeOf(method: string, body: unknown): Record<string, string> {
  if (method === 'GET' || method === 'DELETE') return {};
  return { 'content-type': isBytes(body) ? 'application/dicom' : 'application/json' };
}

function bodyOf(method: string, body: unknown): RequestInit & { readonly duplex?: 'half' } {
  if (method === 'GET' || method === 'DELETE') return {};
  if (!isBytes(body)) return { body: JSON.stringify(body ?? {}) };
  // A stream is sent as it comes, which fetch wants to be told.
  return body instanceof ReadableStream ? { body, duplex: 'half' } : { body };
}

async function refusalOf(response: Response): Promise<ApiError> {
  const told = (await response.json().catch(() => ({}))) as { code?: string; text?: string };
  const { code = 'HANDLER_FAILED', text = `the server answered ${response.status}` } = told;
  return new ApiError(response.status, code, text);
}
