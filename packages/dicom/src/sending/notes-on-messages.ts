// A message that comes to another end leaves its note behind; the oldest goes.
const mostNotes = 1000;

/** What is remembered of messages between their attempts, by message id; bounded, and forgotten with the host. */
export class NotesOnMessages<Note> {
  readonly #notes = new Map<number, Note>();

  get(messageId: number): Note | undefined {
    return this.#notes.get(messageId);
  }

  set(messageId: number, note: Note): void {
    this.#notes.set(messageId, note);
    const [oldest = messageId] = this.#notes.keys();
    if (this.#notes.size > mostNotes) this.#notes.delete(oldest);
  }

  delete(messageId: number): void {
    this.#notes.delete(messageId);
  }
}
