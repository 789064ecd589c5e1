/** Milliseconds that whoever asks over HTTP waits for the record or a disk. */
const patience = 5_000;

/**
 * Makes a question that always has an answer in bounded time, whatever it is put to: what fails, and what is late, is
 * undefined. While an answer is owed it is waited for, and nothing more is asked, however many want to know.
 */
export function answerInTime<Value>(ask: () => Promise<Value>): () => Promise<Value | undefined> {
  let owed: Promise<Value | undefined> | undefined;
  return async () => {
    owed ??= ask()
      .catch(() => undefined)
      .finally(() => {
        owed = undefined;
      });
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), patience);
    try {
      return await Promise.race([owed, late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
