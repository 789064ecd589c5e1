import type { Message, MessageHeader } from '@consort/core';

/**
 * The legs of a session, each as a line: `A -> B request Completed`, with the code of its error behind it where it has
 * one: `A -> B request Error DISK_FULL`.
 */
export function traceLines(messages: readonly Message[]): readonly string[] {
  return messages.map(({ header }) => lineOf(header));
}

/**
 * Says how a session differs from the legs that are expected of it. What happens at the same time has no order, so
 * each line has to be there as often as it is expected, in any order.
 * @param expected lines as `traceLines` writes them; an error's code may be left out
 * @returns undefined when it does not; else both, line by line: `-` is missing, `+` was not expected
 */
export function differenceOfTrace(
  messages: readonly Message[],
  expected: readonly string[],
): string | undefined {
  const left = expected.map((line) => line.trim().replaceAll(/\s+/g, ' '));
  const shown: string[] = [];
  let isDifferent = false;
  for (const line of traceLines(messages)) {
    const short = line.replace(/ (Error|Suspended) \S+$/, ' $1');
    const found = left.findIndex((one) => one === line || one === short);
    if (found >= 0) {
      left.splice(found, 1);
      shown.push(`    ${line}`);
    } else {
      isDifferent = true;
      shown.push(`  + ${line}`);
    }
  }
  if (!isDifferent && left.length === 0) return undefined;
  return [...left.map((line) => `  - ${line}`), ...shown].join('\n');
}

/**
 * Fails when a session has other legs than these, and shows the difference.
 * @throws Error with the difference
 * @example `expectTrace(session, ['Service -> Process request Completed', 'Process -> Service response Completed'])`
 */
export function expectTrace(messages: readonly Message[], expected: readonly string[]): void {
  const difference = differenceOfTrace(messages, expected);
  if (difference === undefined) return;
  const number = messages[0]?.header.sessionId;
  throw new Error(
    `the trace of session ${number ?? '(none)'} is not as expected (- is missing, + was not expected)\n${difference}`,
  );
}

function lineOf(header: MessageHeader): string {
  const { sourceConfigName, targetConfigName, type, status, errorStatus } = header;
  const code = errorStatus && ['Error', 'Suspended'].includes(status) ? ` ${errorStatus.code}` : '';
  return `${sourceConfigName} -> ${targetConfigName} ${type.toLowerCase()} ${status}${code}`;
}
