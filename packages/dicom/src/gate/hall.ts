import type { AssociationInfo, AssociationLimit } from './door.ts';
import type { ReportToPeer } from './reports-to-peer.ts';

/** Whoever has a place in a hall. */
export interface Guest {
  readonly address: string;
  /** Serves the peer; resolves when the connection is closed and nothing is owed any more. Never rejects. */
  serve(): Promise<void>;
  /** Ends the connection now. */
  evict(): void;
  /** Ends the association once no message is under way. */
  leave(): void;
  /** Sends a report on its association. @returns the peer's status; undefined when there is none */
  report(report: ReportToPeer): Promise<number | undefined>;
}

/**
 * Who is inside a door: associations, up to their number, and strangers: connections that have no association
 * yet or no longer. The strangers share few places. When those are taken, one gives up its place to whoever
 * comes: of the address that holds the most, the one that came first. So silent connections, however many, do
 * not keep a peer out.
 */
export class Hall {
  readonly #maxAssociations: number;
  readonly #maxStrangers: number;
  /** In the order of their coming. */
  readonly #strangers = new Set<Guest>();
  readonly #associated = new Map<Guest, AssociationInfo>();
  /** What the associations of those that have a limit are counted by. */
  readonly #kinds = new WeakMap<Guest, object>();
  readonly #served = new Set<Promise<void>>();
  #isClosing = false;

  constructor(maxAssociations: number, maxStrangers: number) {
    this.#maxAssociations = maxAssociations;
    this.#maxStrangers = maxStrangers;
  }

  associations(): readonly AssociationInfo[] {
    return [...this.#associated.values()];
  }

  /** Whoever has the association of this id. */
  guestOf(id: string): Guest | undefined {
    for (const [guest, association] of this.#associated) if (association.id === id) return guest;
    return undefined;
  }

  /** Gives a new connection a place and serves it. */
  arrive(guest: Guest): void {
    if (this.#isClosing) return guest.evict();
    this.#makeRoom();
    this.#strangers.add(guest);
    const served = guest.serve().finally(() => {
      this.#strangers.delete(guest);
      this.#served.delete(served);
    });
    this.#served.add(served);
  }

  /**
   * Makes a stranger's connection an association.
   * @returns why not, when there are as many as may be; undefined when it is one
   */
  admit(guest: Guest, association: AssociationInfo, limit?: AssociationLimit): string | undefined {
    if (this.#isClosing || this.#associated.size >= this.#maxAssociations) {
      return 'too many associations';
    }
    if (limit) {
      const same = [...this.#associated.keys()].filter((one) => this.#kinds.get(one) === limit.of);
      if (same.length >= limit.most) return `too many associations: ${limit.why}`;
      this.#kinds.set(guest, limit.of);
    }
    this.#strangers.delete(guest);
    this.#associated.set(guest, association);
    return undefined;
  }

  /** The association has ended; its connection closes among the strangers. */
  leave(guest: Guest): void {
    if (!this.#associated.delete(guest)) return;
    this.#makeRoom();
    this.#strangers.add(guest);
  }

  /** Sends everyone away, those in the middle of a message last; after `grace` milliseconds by force. */
  async close(grace: number): Promise<void> {
    this.#isClosing = true;
    const everyone = [...this.#strangers, ...this.#associated.keys()];
    for (const guest of everyone) guest.leave();
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, grace);
    await Promise.race([Promise.all(this.#served), over.promise]);
    clearTimeout(timer);
    for (const guest of everyone) guest.evict();
  }

  #makeRoom(): void {
    while (this.#strangers.size >= this.#maxStrangers) {
      const counts = new Map<string, number>();
      for (const { address } of this.#strangers)
        counts.set(address, (counts.get(address) ?? 0) + 1);
      const most = Math.max(...counts.values());
      const [first] = [...this.#strangers].filter(({ address }) => counts.get(address) === most);
      this.#strangers.delete(first!);
      first!.evict();
    }
  }
}
