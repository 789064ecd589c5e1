/** The id of a message's job, for its stay in a queue after `fence` claims. BullMQ takes no id of digits only. */
export function jobIdOf(messageId: number, fence: number): string {
  return `m${messageId}${fence > 0 ? `.${fence}` : ''}`;
}
