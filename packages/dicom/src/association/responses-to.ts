import type {
  OperationAssociation,
  OperationResponse,
  RequestedOperation,
} from './requested-operation.ts';

/**
 * Sends an operation and gives its responses, the last one last. Whoever leaves before has it cancelled, and what
 * still comes is passed over.
 * @throws what the association ended with
 */
export async function* responsesTo(
  operation: RequestedOperation,
  association: OperationAssociation,
): AsyncGenerator<OperationResponse, void, void> {
  const { over, awaitResponse, giveTime, isOver, ended } = association;
  try {
    await Promise.race([operation.send(), over]);
    while (!operation.isEnded) {
      awaitResponse();
      const response = await Promise.race([operation.next(), over]);
      giveTime(); // Whoever takes the response may take his.
      if (operation.isEnded) ended(); // He may not come back after the last one.
      yield response;
    }
  } finally {
    if (!operation.isEnded && !isOver()) {
      await operation.cancel().catch(() => undefined);
      awaitResponse();
      while (!operation.isEnded && !isOver()) {
        await Promise.race([operation.next(), over]).catch(() => undefined);
      }
    }
    ended();
  }
}
