import type { ClaimedMessage } from './message-store.ts';

/** Claims that the record makes without being asked for each. */
export interface AssignCalls {
  /**
   * Claims for a host what is queued for it from now on, as `claim` does, in the transaction that queues it, or in the
   * one that ends what was before it; and hands it to `take`. What is queued already, and what may be claimed for another
   * reason, is left to `claim`.
   * @param poolSize see `claim`
   * @param atOnce how many may be handed over and not have ended yet
   * @returns what ends that; a message that is on its way by then goes back to its place in the queue
   */
  assign(
    host: string,
    { poolSize, atOnce }: { readonly poolSize: number; readonly atOnce: number },
    owner: string,
    take: (message: ClaimedMessage) => void,
  ): () => void;
}
