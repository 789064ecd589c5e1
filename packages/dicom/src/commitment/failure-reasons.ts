/** Why a SOP instance is not committed (PS3.3 section C.14.1.1). */
export const failureReasons = {
  ProcessingFailure: 0x0110,
  NoSuchObjectInstance: 0x0112,
  ClassInstanceConflict: 0x0119,
  ReferencedSopClassNotSupported: 0x0122,
  DuplicateTransactionUid: 0x0131,
  ResourceLimitation: 0x0213,
} as const;

/** A Failure Reason in the words of the standard. */
export function failureReasonInWords(reason: number): string {
  return words[reason] ?? 'unknown failure reason';
}

const words: Readonly<Record<number, string>> = {
  [failureReasons.ProcessingFailure]: 'processing failure',
  [failureReasons.NoSuchObjectInstance]: 'no such object instance',
  [failureReasons.ClassInstanceConflict]: 'class / instance conflict',
  [failureReasons.ReferencedSopClassNotSupported]: 'referenced SOP class not supported',
  [failureReasons.DuplicateTransactionUid]: 'duplicate transaction UID',
  [failureReasons.ResourceLimitation]: 'resource limitation',
};
