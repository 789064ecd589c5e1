import { EngineError, type ServiceContext } from '@consort/core';
import { answerPeer, notTaken } from './answer-peer.ts';
import { arrivalOf } from './arrival.ts';
import { confirmStored } from './confirm-stored.ts';
import type { AssociationInfo, ObjectReceiver, StoreCommand } from './gate/door.ts';
import { storedImage } from './stored-image.ts';
import type { TcpServiceSettings } from './tcp-service.ts';

/**
 * Receives images, one at a time for each association: the bytes go to the document store as they come,
 * then one message goes to the target, then the peer is answered (`answer-peer.ts`).
 */
export function imageReceiver(context: ServiceContext<TcpServiceSettings>) {
  return async (command: StoreCommand, association: AssociationInfo): Promise<ObjectReceiver> => {
    const writer = await context.documents.create().catch(toError);
    let failure = writer instanceof Error ? writer : undefined;

    return {
      async write(fragment) {
        if (writer instanceof Error) throw writer;
        await writer.write(fragment).catch((error: unknown) => {
          failure = toError(error);
          throw failure;
        });
      },
      async discard() {
        if (!(writer instanceof Error)) await writer.discard();
      },
      async end(signal) {
        try {
          if (failure || writer instanceof Error) throw failure;
          const { transferSyntaxUid, contextId: _, ...elements } = command;
          const image = await storedImage(writer, transferSyntaxUid, elements);
          const named = performance.now();
          const { target } = context.settings;
          const arrival = arrivalOf(association);
          // What a C-MOVE has asked for comes from whoever has it (PS3.4 section C.4.2).
          const isAskedFor = elements.moveOriginatorMessageId !== undefined;
          const accepting = isAskedFor
            ? context.accept(target, image, arrival)
            : context.acceptImage(target, image, arrival, context.settings.whenReturned);
          const flushed = context.flush(); // Asked for together, they are one way to the record.
          flushed.catch(() => undefined); // Looked at before a Success is given.
          const accepted = await accepting;
          await confirmStored(context.documents, image, named);
          return await answerPeer(context, accepted, flushed, command, signal);
        } catch (error) {
          if (!(writer instanceof Error)) await writer.discard();
          return notTaken(context, association, toError(error));
        }
      },
    };
  };
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new EngineError('HANDLER_FAILED', String(error));
}
