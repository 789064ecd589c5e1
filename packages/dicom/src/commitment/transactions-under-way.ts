// Whoever asks for more at a time has each of the oldest for another one.
const most = 10_000;

/** The transactions whose report is still owed, since this start: a UID is not used for two at a time. */
export class TransactionsUnderWay {
  readonly #messages = new Map<string, number>();

  /** Begins one. @returns false when another message of the same peer has begun it, and it is not over */
  begin(messageId: number, callingAeTitle: string, transactionUid: string): boolean {
    const key = `${callingAeTitle} ${transactionUid}`;
    const other = this.#messages.get(key);
    if (other !== undefined && other !== messageId) return false;
    this.#messages.set(key, messageId);
    const [oldest = key] = this.#messages.keys();
    if (this.#messages.size > most) this.#messages.delete(oldest);
    return true;
  }

  /** Its report is on its way. */
  end(messageId: number): void {
    for (const [key, id] of this.#messages) if (id === messageId) this.#messages.delete(key);
  }
}
