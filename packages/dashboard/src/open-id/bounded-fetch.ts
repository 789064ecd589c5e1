/** Milliseconds that a provider has for one answer, and its bytes. */
const patience = 10_000;
const largest = 1024 * 1024;

/**
 * Asks a provider: for so long, for so much, and nobody else whom it would send us to.
 * @throws whatever `fetch` does, a RangeError for an answer that is too large
 */
export async function boundedFetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const signal = AbortSignal.timeout(patience);
  const response = await fetch(url, { ...init, redirect: 'error', signal });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > largest) throw new RangeError(`its answer has more than ${largest} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return new Response(size === 0 ? null : Buffer.concat(chunks), { status: response.status });
}
