import type { DocumentStore } from '@consort/core';
import type { RequestedAssociation } from './association/requested-association.ts';
import type {
  ObjectFromPeer,
  ObjectSink,
  OperationResponse,
  OperationToRequest,
} from './association/requested-operation.ts';
import type { DicomDocument } from './document.ts';
import { storedImage } from './stored-image.ts';

/** What to retrieve by C-GET. */
export type Retrieval = Pick<OperationToRequest, 'sopClassUid'> & {
  /** The identifier, in the transfer syntax of the context that was accepted. */
  identifier(transferSyntaxUid: string): Buffer;
};

/**
 * C-GET: each object the peer sends is stored as a document and given as a C-STORE request, one at a time: the peer
 * sends the next one once this one is asked past. Whoever leaves the loop before has the rest cancelled.
 * @returns the last response
 * @throws EngineError CONTEXT_NOT_ACCEPTED, ASSOCIATION_ABORTED, PEER_TIMEOUT
 */
export async function* retrieveObjects(
  association: RequestedAssociation,
  { sopClassUid, identifier }: Retrieval,
  documents: Pick<DocumentStore, 'create'>,
): AsyncGenerator<DicomDocument, OperationResponse | undefined, void> {
  const handOver = new HandOver<DicomDocument>();
  const responses = association.operate({
    service: 'C-GET',
    sopClassUid,
    elements: { affectedSopClassUid: sopClassUid, priority: 0 },
    dataSet: identifier,
    store: (object) => sinkFor(object, documents, (image) => handOver.put(image)),
  });
  let last: OperationResponse | undefined;
  const run = async () => {
    for await (const response of responses) last = response;
  };
  const running = run().finally(() => handOver.end());
  running.catch(() => undefined); // Awaited once the objects are through.
  try {
    yield* handOver.items();
    await running;
    return last;
  } finally {
    handOver.end();
    await responses.return().catch(() => undefined);
  }
}

/** Stores an object; the peer hears Success once whoever asked has it. */
async function sinkFor(
  { sopClassUid, sopInstanceUid, transferSyntaxUid }: ObjectFromPeer,
  documents: Pick<DocumentStore, 'create'>,
  give: (image: DicomDocument) => Promise<boolean>,
): Promise<ObjectSink> {
  const writer = await documents.create();
  return {
    write: (bytes) => writer.write(bytes),
    async end() {
      const elements = {
        affectedSopClassUid: sopClassUid,
        affectedSopInstanceUid: sopInstanceUid,
        priority: 0,
      };
      const image = await storedImage(writer, transferSyntaxUid, elements);
      // Refused: out of resources (PS3.4 section B.2.3): nobody wants it any more.
      return (await give(image)) ? 0x0000 : 0xa700;
    },
    discard: () => writer.discard(),
  };
}

/** One thing at a time from whoever has it to whoever asks for it. */
class HandOver<Item> {
  #waiting: { readonly item: Item; taken(isWanted: boolean): void } | undefined;
  #change = Promise.withResolvers<void>();
  #isOver = false;

  /** Resolves when it was taken: true; or nobody takes anything any more: false. */
  put(item: Item): Promise<boolean> {
    if (this.#isOver) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting = { item, taken: resolve };
    this.#tell();
    return promise;
  }

  end(): void {
    this.#isOver = true;
    this.#waiting?.taken(false);
    this.#tell();
  }

  async *items(): AsyncGenerator<Item, void, void> {
    while (!this.#isOver) {
      const waiting = this.#waiting;
      if (!waiting) {
        await this.#change.promise;
        continue;
      }
      yield waiting.item;
      this.#waiting = undefined;
      waiting.taken(true);
    }
  }

  #tell(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
