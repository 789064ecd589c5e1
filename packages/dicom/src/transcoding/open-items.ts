import { withoutTrailing } from '../character-set/padding.ts';
import { isPrivateCreator } from '../data-set/dictionary.ts';
import { implicitLittleEndian, type Met } from '../data-set/element-walk.ts';
import { vrOf } from '../data-set/element-tree.ts';
import { undefinedLength, type ElementEncoding, type ElementHead } from '../header/element.ts';

/** The data set or an item: what the VRs of its elements depend on. */
interface OpenItem {
  readonly creators: Map<number, string>;
  isSigned: boolean;
}

/** Where a re-encoding walk is: how what comes next is to be written, and what its VRs are. */
export class OpenItems {
  readonly #items: OpenItem[] = [{ creators: new Map(), isSigned: false }];
  /** How the elements around are written: those of the data set first, then those of each sequence that is open. */
  readonly #written: ElementEncoding[];

  constructor(to: ElementEncoding) {
    this.#written = [to];
  }

  /** Enters a sequence of known length only where its items have to be written anew. */
  readonly entering = (
    head: ElementHead,
    encoding: ElementEncoding,
  ): ElementEncoding | undefined => {
    const to = this.#written.at(-1)!;
    const isAlike =
      encoding.isExplicit === to.isExplicit && encoding.isBigEndian === to.isBigEndian;
    // What is in a UN is the same in all encodings (PS3.5 section 6.2.2 note 2).
    if (isAlike || head.vr === 'UN') return undefined;
    return vrOf(head, encoding, this.#item) === 'SQ' ? encoding : undefined;
  };

  /** Takes what was met. @returns how it is written */
  take(met: Met): ElementEncoding {
    const written = this.#written.at(-1)!;
    if (met.kind === 'element' && met.isEntered) {
      this.#written.push(met.vr === 'UN' ? implicitLittleEndian : written);
    }
    if (met.kind === 'item' && met.isEntered) {
      this.#items.push({ creators: new Map(), isSigned: this.#item.isSigned });
    }
    if (met.kind === 'itemEnd') this.#items.pop();
    if (met.kind === 'sequenceEnd') this.#written.pop();
    return written;
  }

  /** The VR of an element that was met, as it is written or as the dictionary has it; items have none. */
  vrOf(met: Met): string | undefined {
    if (met.kind !== 'element') return undefined;
    const { tag, vr, encoding } = met;
    // UN stays: its value is in its own encoding whatever the dictionary says.
    if (encoding.isExplicit && vr !== undefined) return vr;
    return vrOf(
      { tag, length: met.isEntered ? undefinedLength : met.length },
      encoding,
      this.#item,
    );
  }

  /** Whether VRs of others depend on the value of an element. */
  isTelling({ kind, tag, length }: Met): boolean {
    if (kind !== 'element' || length > largestTelling) return false;
    return tag === pixelRepresentation || isPrivateCreator(tag);
  }

  /** Takes such a value. */
  learn({ tag }: Met, value: Buffer): void {
    if (tag === pixelRepresentation) this.#item.isSigned = value.some((byte) => byte !== 0);
    else this.#item.creators.set(tag, withoutTrailing(value.toString('latin1'), ' \0').trim());
  }

  get #item(): OpenItem {
    return this.#items.at(-1)!;
  }
}

const largestTelling = 1024;
const pixelRepresentation = 0x00280103;
