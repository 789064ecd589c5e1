import { codeOf } from '@consort/core';
import { requestAssociation, type AssociationRequest } from '../association/request-association.ts';
import type { RequestedAssociation } from '../association/requested-association.ts';
import { isBroken } from './broken-associations.ts';
import { contextKey, NeededContexts, type ContextToPropose } from './needed-contexts.ts';
import { shownOutgoing, type ShownOutgoing } from './shown-outgoing.ts';

/** With whom a pool has associations, and for how long. */
export interface PoolTerms extends Omit<AssociationRequest, 'contexts'> {
  /** Milliseconds for which an association without work is kept; Infinity for as long as the peer keeps it. */
  readonly idleTimeout: number;
  /** Images after which an association is released; 0 for no limit. */
  readonly maxImagesPerAssociation: number;
  /** What every association proposes besides the contexts of images. */
  readonly otherContexts: readonly ContextToPropose[];
  /** Learns what became of each association that was asked for: `accepted`, or the code of the error. */
  readonly asked?: (outcome: string) => void;
}

/** An association in the hands of one worker. */
export interface Lent {
  readonly association: RequestedAssociation;
  /** Nothing has been sent on it yet. */
  readonly isNew: boolean;
  /** Counts an image that the peer has answered as stored. */
  stored(): void;
}

interface Kept {
  readonly association: RequestedAssociation;
  readonly proposed: ReadonlySet<string>;
  /** ISO 8601, UTC. */
  readonly since: string;
  uses: number;
  images: number;
  idle?: NodeJS.Timeout;
  /** ISO 8601, UTC; only while nobody has it. */
  idleSince?: string;
}

// PS3.8 section 9.3.2.2: the odd numbers of one byte.
const mostContexts = 128;

/**
 * The associations with one peer: as many as there are workers at most, as each uses one at a time.
 * One that the peer ends while nobody has it is forgotten. End the pool with `close`.
 */
export class AssociationPool {
  readonly #terms: PoolTerms;
  readonly #needed: NeededContexts;
  /** Nobody has them; the longest idle first. */
  readonly #free = new Set<Kept>();
  /** Those that a worker has now. */
  readonly #lent = new Set<Kept>();
  readonly #releases = new Set<Promise<void>>();
  #isClosed = false;

  constructor(terms: PoolTerms) {
    this.#terms = terms;
    this.#needed = new NeededContexts(mostContexts - terms.otherContexts.length);
  }

  /**
   * Does something on an association on which these contexts have been proposed: on one that was kept, or a new one.
   * Where a kept one ends meanwhile, it does it again on a new one: the peer may have ended the other before anything
   * reached it. Whether the peer has accepted one of them is for `work` to see.
   * @throws what `requestAssociation` and `work` throw
   */
  async use<T>(
    contexts: readonly ContextToPropose[],
    work: (lent: Lent) => Promise<T>,
  ): Promise<T> {
    const kept = this.#keptFor(contexts.map(contextKey));
    if (!kept) return this.useNew(contexts, work);
    try {
      return await work(this.#lend(kept, false));
    } catch (error) {
      if (!isBroken(error)) throw error;
    } finally {
      this.#giveBack(kept);
    }
    return this.useNew(contexts, work);
  }

  /** Does something on a new association, which takes the place of a free one if there is one. */
  async useNew<T>(
    needed: readonly ContextToPropose[],
    work: (lent: Lent) => Promise<T>,
  ): Promise<T> {
    const [replaced] = this.#free;
    // First: a peer may take no more associations at a time than it has had so far.
    if (replaced) await this.#release(replaced);
    const proposed = this.#needed.with(needed);
    const contexts = [...proposed, ...this.#terms.otherContexts];
    const association = await requestAssociation({ ...this.#terms, contexts }).catch(
      (error: unknown) => {
        // Some peers end an association that proposes more than they know.
        this.#needed.forgetAll();
        this.#terms.asked?.(codeOf(error));
        throw error;
      },
    );
    this.#terms.asked?.('accepted');
    for (const one of proposed) if (!isAccepted(association, one)) this.#needed.forget(one);
    const kept = {
      association,
      proposed: new Set(proposed.map(contextKey)),
      since: new Date().toISOString(),
      uses: 0,
      images: 0,
    };
    try {
      return await work(this.#lend(kept, true));
    } finally {
      this.#giveBack(kept);
    }
  }

  /** Those that are there now, the one that was asked for first in front. */
  associations(): readonly ShownOutgoing[] {
    return [...this.#free, ...this.#lent]
      .filter(({ association }) => !association.isOver)
      .map((kept) => shownOutgoing(this.#terms, kept))
      .toSorted((a, b) => a.since.localeCompare(b.since));
  }

  /** Releases what nobody has now, and the others as they are given back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const kept of this.#free) void this.#release(kept);
    await Promise.all(this.#releases);
  }

  /** The last one used, so that those that are too many run into their timeout. */
  #keptFor(keys: readonly string[]): Kept | undefined {
    for (const kept of [...this.#free].toReversed()) {
      if (!kept.association.isOver && !keys.every((key) => kept.proposed.has(key))) continue;
      this.#take(kept);
      if (!kept.association.isOver) return kept;
    }
    return undefined;
  }

  #take(kept: Kept): void {
    this.#free.delete(kept);
    clearTimeout(kept.idle);
    delete kept.idleSince;
  }

  #lend(kept: Kept, isNew: boolean): Lent {
    this.#lent.add(kept);
    return { association: kept.association, isNew, stored: () => void (kept.images += 1) };
  }

  #giveBack(kept: Kept): void {
    const { idleTimeout, maxImagesPerAssociation: most } = this.#terms;
    kept.uses += 1;
    this.#lent.delete(kept);
    if (kept.association.isOver) return;
    if (this.#isClosed || kept.uses === most) return void this.#release(kept);
    this.#free.add(kept);
    kept.idleSince = new Date().toISOString();
    if (idleTimeout < longestTimer) {
      kept.idle = setTimeout(() => void this.#release(kept), idleTimeout);
    }
  }

  async #release(kept: Kept): Promise<void> {
    this.#take(kept);
    const release = released(kept.association);
    this.#releases.add(release);
    await release;
    this.#releases.delete(release);
  }
}

/** Everything has been answered: how the association ends changes nothing. */
async function released(association: RequestedAssociation): Promise<void> {
  if (!association.isOver) await association.release().catch(() => association.abort());
}

const longestTimer = 2 ** 31;

function isAccepted({ contexts }: RequestedAssociation, context: ContextToPropose): boolean {
  return contexts.some(
    ({ abstractSyntax, transferSyntax }) =>
      abstractSyntax === context.abstractSyntax &&
      context.transferSyntaxes.includes(transferSyntax),
  );
}
