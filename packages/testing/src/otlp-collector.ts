import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** A span as a collector has decoded it; attributes by their key. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, string | bigint>>;
  readonly resource: Readonly<Record<string, string | bigint>>;
  readonly events: readonly string[];
  readonly isError: boolean;
}

/** A collector of traces: OTLP over HTTP in JSON, decoded as strictly as the protocol is written. */
export interface OtlpCollector extends AsyncDisposable {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  /** In the order they came; one that was sent twice is there twice. */
  readonly spans: readonly CollectedSpan[];
  /** The bodies as they came, also of what was not taken. */
  readonly bodies: readonly string[];
  readonly headers: readonly Readonly<Record<string, string | string[] | undefined>>[];
  /** What was no OTLP. */
  readonly faults: readonly string[];
  /** Answers this from now on, and takes nothing unless it is 200. */
  answer(status: number, body?: object): void;
}

/** Starts a collector on a free port. */
export async function startOtlpCollector(): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];
  const faults: string[] = [];
  const headers: OtlpCollector['headers'][number][] = [];
  let answered: { readonly status: number; readonly body: object } = { status: 200, body: {} };
  async function take(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat((await asked.toArray()) as Buffer[]).toString();
    bodies.push(body);
    headers.push(asked.headers);
    const { status } = answered;
    if (asked.method !== 'POST' || asked.url !== '/v1/traces') faults.push(`${asked.url}`);
    if (asked.headers['content-type'] !== 'application/json') faults.push('content-type');
    try {
      const decoded = spansOf(body);
      if (status === 200) spans.push(...decoded);
    } catch (error) {
      faults.push(String(error));
    }
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answered.body));
  }
  const server = createServer((asked, response) => void take(asked, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    bodies,
    headers,
    faults,
    answer: (status, body = {}) => void (answered = { status, body }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// The JSON of proto3 with the exceptions of OTLP: ids in hex instead of base64, enumerations by number only.
const int64 = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .transform(BigInt);
const attribute = z.strictObject({
  key: z.string().min(1),
  value: z.union([
    z.strictObject({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
    z.strictObject({ intValue: int64 }).transform(({ intValue }) => intValue),
  ]),
});
const attributes = z
  .array(attribute)
  .transform((all) => Object.fromEntries(all.map(({ key, value }) => [key, value])));
const spanId = z.string().regex(/^(?!0{16})[0-9a-f]{16}$/);
const span = z.strictObject({
  traceId: z.string().regex(/^(?!0{32})[0-9a-f]{32}$/),
  spanId,
  parentSpanId: spanId.exactOptional(),
  name: z.string().min(1),
  kind: z.int().min(0).max(5),
  startTimeUnixNano: int64,
  endTimeUnixNano: int64,
  attributes,
  events: z.array(z.strictObject({ timeUnixNano: int64, name: z.string() })),
  status: z.strictObject({
    code: z.int().min(0).max(2).default(0),
    message: z.string().optional(),
  }),
});
const request = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string(), version: z.string() }),
          spans: z.array(span),
        }),
      ),
    }),
  ),
});

function spansOf(body: string): readonly CollectedSpan[] {
  return request.parse(JSON.parse(body)).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ startTimeUnixNano, endTimeUnixNano, events, status, ...rest }) => ({
        ...rest,
        start: startTimeUnixNano,
        end: endTimeUnixNano,
        resource: resource.attributes,
        events: events.map(({ name }) => name),
        isError: status.code === 2,
      })),
    ),
  );
}
