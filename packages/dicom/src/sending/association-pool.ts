import { requestAssociation, type AssociationRequest } from '../association/request-association.ts';
import type { RequestedAssociation } from '../association/requested-association.ts';
import { contextKey, NeededContexts, type ContextToPropose } from './needed-contexts.ts';

/** With whom a pool has associations, and for how long. */
export interface PoolTerms extends Omit<AssociationRequest, 'contexts'> {
  /** Milliseconds for which an association without work is kept; Infinity for as long as the peer keeps it. */
  readonly idleTimeout: number;
  /** Images after which an association is released; 0 for no limit. */
  readonly maxImagesPerAssociation: number;
  /** What every association proposes besides the contexts of images. */
  readonly otherContexts: readonly ContextToPropose[];
}

/** An association in the hands of one worker, until it is given back. */
export interface Lent {
  readonly association: RequestedAssociation;
  /** Nothing has been sent on it yet. */
  readonly isNew: boolean;
}

interface Kept {
  readonly association: RequestedAssociation;
  readonly proposed: ReadonlySet<string>;
  images: number;
  idle?: NodeJS.Timeout;
}

// PS3.8 section 9.3.2.2: the odd numbers of one byte.
const mostContexts = 128;

/**
 * The associations with one peer: as many as there are workers at most, as each takes one and gives it back.
 * One that the peer ends while nobody has it is forgotten. End the pool with `close`.
 */
export class AssociationPool {
  readonly #terms: PoolTerms;
  readonly #needed: NeededContexts;
  readonly #all = new Map<RequestedAssociation, Kept>();
  /** Nobody has them; the longest idle first. */
  readonly #free = new Set<Kept>();
  readonly #releases = new Set<Promise<void>>();
  #isClosed = false;

  constructor(terms: PoolTerms) {
    this.#terms = terms;
    this.#needed = new NeededContexts(mostContexts - terms.otherContexts.length);
  }

  /**
   * A free association on which this context has been proposed, or a new one. Whether the peer accepted the context
   * is said when something is to be sent on it.
   * @throws what `requestAssociation` throws
   */
  async take(context: ContextToPropose): Promise<Lent> {
    const key = contextKey(context);
    for (const kept of this.#free) {
      if (kept.association.isOver) this.#forget(kept);
      else if (kept.proposed.has(key)) {
        this.#hold(kept);
        return { association: kept.association, isNew: false };
      }
    }
    return this.takeNew(context);
  }

  /** A new association, in the place of a free one if there is one. @throws what `requestAssociation` throws */
  async takeNew(context: ContextToPropose): Promise<Lent> {
    const [replaced] = this.#free;
    // First: a peer may take no more associations at a time than it has had so far.
    if (replaced) await this.#release(replaced);
    const proposed = this.#needed.with(context);
    const contexts = [...proposed, ...this.#terms.otherContexts];
    const association = await requestAssociation({ ...this.#terms, contexts });
    for (const one of proposed) if (!isAccepted(association, one)) this.#needed.forget(one);
    const kept = { association, proposed: new Set(proposed.map(contextKey)), images: 0 };
    this.#all.set(association, kept);
    return { association, isNew: true };
  }

  /** Keeps the association for the next image, if it is still one. */
  giveBack({ association }: Lent): void {
    const kept = this.#all.get(association);
    if (!kept) return;
    const { idleTimeout, maxImagesPerAssociation: most } = this.#terms;
    kept.images += 1;
    if (association.isOver) return this.#forget(kept);
    if (this.#isClosed || kept.images === most) return void this.#release(kept);
    this.#free.add(kept);
    if (idleTimeout < longestTimer) {
      kept.idle = setTimeout(() => void this.#release(kept), idleTimeout);
    }
  }

  /** Releases what nobody has now, and the others as they are given back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const kept of this.#free) void this.#release(kept);
    await Promise.all(this.#releases);
  }

  #hold(kept: Kept): void {
    this.#free.delete(kept);
    clearTimeout(kept.idle);
  }

  #forget(kept: Kept): void {
    this.#hold(kept);
    this.#all.delete(kept.association);
  }

  async #release(kept: Kept): Promise<void> {
    this.#forget(kept);
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
