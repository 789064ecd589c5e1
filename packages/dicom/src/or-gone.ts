/** Rejects when the peer is gone before the promise settles. */
export async function orGone<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const gone = Promise.withResolvers<never>();
  const onGone = () => gone.reject(new Error('the peer is gone'));
  if (signal.aborted) onGone();
  signal.addEventListener('abort', onGone, { once: true });
  try {
    return await Promise.race([promise, gone.promise]);
  } finally {
    signal.removeEventListener('abort', onGone);
  }
}
