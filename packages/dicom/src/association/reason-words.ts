import type { AbortCause, Rejection } from './pdu.ts';

/** A refusal in the words of the standard (PS3.8 table 9-21), its numbers in front. */
export function rejectionInWords({ result, source, reason }: Rejection): string {
  const [sourceName, reasons = {}] = rejectionSources[source] ?? [];
  return words([
    [result, rejectionResults[result]],
    [source, sourceName],
    [reason, reasons[reason]],
  ]);
}

/** An abort in the words of the standard (PS3.8 table 9-26), its numbers in front. */
export function abortInWords({ source, reason }: AbortCause): string {
  // The reason says nothing when the user of the upper layer is the source.
  if (source === 0) return '0 (DICOM UL service-user)';
  return words([
    [source, abortSources[source]],
    [reason, abortReasons[reason]],
  ]);
}

function words(parts: readonly (readonly [number, string | undefined])[]): string {
  return parts.map(([number, name = 'unknown']) => `${number} (${name})`).join(', ');
}

const rejectionResults: Readonly<Record<number, string>> = {
  1: 'rejected-permanent',
  2: 'rejected-transient',
};

const rejectionSources: Readonly<
  Record<number, readonly [string, Readonly<Record<number, string>>]>
> = {
  1: [
    'DICOM UL service-user',
    {
      1: 'no-reason-given',
      2: 'application-context-name-not-supported',
      3: 'calling-AE-title-not-recognized',
      7: 'called-AE-title-not-recognized',
    },
  ],
  2: [
    'DICOM UL service-provider (ACSE related function)',
    { 1: 'no-reason-given', 2: 'protocol-version-not-supported' },
  ],
  3: [
    'DICOM UL service-provider (Presentation related function)',
    { 1: 'temporary-congestion', 2: 'local-limit-exceeded' },
  ],
};

const abortSources: Readonly<Record<number, string>> = { 2: 'DICOM UL service-provider' };

const abortReasons: Readonly<Record<number, string>> = {
  0: 'reason-not-specified',
  1: 'unrecognized-PDU',
  2: 'unexpected-PDU',
  4: 'unrecognized-PDU-parameter',
  5: 'unexpected-PDU-parameter',
  6: 'invalid-PDU-parameter-value',
};
