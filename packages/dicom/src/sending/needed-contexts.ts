/**
 * A presentation context: of the transfer syntax a data set is stored in, or of those it may be written in for the peer,
 * of which the peer takes one.
 */
export interface ContextToPropose {
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/**
 * The presentation contexts that images have needed so far. Each new association proposes them all, so that the
 * images of a mixed study do not take turns in asking for associations.
 */
export class NeededContexts {
  readonly #most: number;
  readonly #needed = new Map<string, ContextToPropose>();

  /** @param most how many there is room for in an association */
  constructor(most: number) {
    this.#most = most;
  }

  /** What to propose where these are needed: these first, then the others, the last needed before. */
  with(contexts: readonly ContextToPropose[]): readonly ContextToPropose[] {
    for (const context of contexts.toReversed()) {
      const key = contextKey(context);
      this.#needed.delete(key);
      this.#needed.set(key, context);
    }
    for (const oldest of this.#needed.keys()) {
      if (this.#needed.size <= this.#most) break;
      this.#needed.delete(oldest);
    }
    return [...this.#needed.values()].toReversed();
  }

  /** The peer takes no association that proposes so many: the next one proposes what it needs alone. */
  forgetAll(): void {
    this.#needed.clear();
  }

  /** The peer does not accept it: there is no use in proposing it for other images. */
  forget(context: ContextToPropose): void {
    this.#needed.delete(contextKey(context));
  }
}

/** Equal for contexts that are proposed alike. */
export function contextKey({ abstractSyntax, transferSyntaxes }: ContextToPropose): string {
  return [abstractSyntax, ...transferSyntaxes].join(' ');
}
