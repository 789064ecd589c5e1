import type { OtlpSettings } from './otlp-settings.ts';
import { attributes, type Span } from './span-of.ts';

/** What the spans are of. */
export interface Resource {
  readonly production: string;
  readonly productionId: string;
  readonly version: string;
}

/**
 * What became of a request: taken; taken in part or not at all, and sending it again would change nothing; or to be sent
 * again, after so many milliseconds where the collector says so.
 */
export type Posted =
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'refused'; readonly spans: number; readonly reason: string }
  | { readonly outcome: 'again'; readonly reason: string; readonly after?: number };

/** Bytes of an answer that are looked at. */
const longestAnswer = 64 * 1024;

/** Sends spans to a collector by OTLP over HTTP, in JSON. Never throws. */
export async function postSpans(
  spans: readonly Span[],
  settings: OtlpSettings,
  resource: Resource,
  signal: AbortSignal,
): Promise<Posted> {
  try {
    const response = await fetch(settings.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...settings.headers },
      body: JSON.stringify(requestOf(spans, settings, resource)),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(settings.timeout)]),
    });
    const text = await beginningOf(response);
    if (response.ok) return judgeAnswer(text);
    const reason = `it answered ${response.status}`;
    // Those that OTLP calls retryable; everything else would be refused again.
    if (![429, 502, 503, 504].includes(response.status)) {
      return { outcome: 'refused', spans: spans.length, reason };
    }
    const after = Number(response.headers.get('retry-after')) * 1000;
    return { outcome: 'again', reason, ...(after > 0 ? { after } : {}) };
  } catch (error) {
    return { outcome: 'again', reason: reasonOf(error) };
  }
}

/** ExportTraceServiceRequest, in the JSON of OTLP. */
function requestOf(
  spans: readonly Span[],
  { resource: given }: OtlpSettings,
  { production, productionId, version }: Resource,
) {
  return {
    resourceSpans: [
      {
        resource: {
          attributes: attributes({
            'service.name': production,
            'service.version': version,
            'service.instance.id': productionId,
            'consort.production': production,
            ...given,
          }),
        },
        scopeSpans: [{ scope: { name: 'consort', version }, spans }],
      },
    ],
  };
}

/** A Success may say that some were not taken, and that they are not to be sent again. */
function judgeAnswer(text: string): Posted {
  const rejected = Number(/"rejectedSpans"\s*:\s*"?(\d{1,9})/.exec(text)?.[1] ?? 0);
  if (rejected === 0) return { outcome: 'taken' };
  return { outcome: 'refused', spans: rejected, reason: 'it says so itself' };
}

async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return '';
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    parts.push(part);
    length += part.byteLength;
    if (length > longestAnswer) break;
  }
  return Buffer.concat(parts).toString('latin1');
}

function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } };
  if (name === 'TimeoutError') return 'it did not answer in time';
  return typeof cause?.code === 'string' ? cause.code : 'the connection broke';
}
