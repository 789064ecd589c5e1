import { createHash } from 'node:crypto';

/**
 * The trace of a session: 32 hex digits, the same whenever and wherever they are asked for, so that a restart in the
 * middle of a session does not break its trace in two.
 * @param productionId the store's id, which no other production has
 */
export function traceIdOf(productionId: string, sessionId: number): string {
  return hexOf(`session ${productionId} ${sessionId}`, 32);
}

/** The span of a message: 16 hex digits. A span that is sent twice is the same span. */
export function spanIdOf(productionId: string, messageId: number): string {
  return hexOf(`message ${productionId} ${messageId}`, 16);
}

// All zeroes would be no id: for a digest that is one chance in 2 to the 64.
function hexOf(name: string, length: number): string {
  return createHash('sha256').update(name).digest('hex').slice(0, length);
}
