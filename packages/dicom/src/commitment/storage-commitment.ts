import { randomUUID } from 'node:crypto';
import { EngineError } from '@consort/core';
import { isUid } from '../association/items.ts';
import type { DataValue, DataValues } from '../data-set/value.ts';
import type { DataSetValues } from '../document.ts';

/** Storage Commitment Push Model SOP Class (PS3.4 section J.3). */
export const storageCommitment = '1.2.840.10008.1.20.1';

/** Its one instance, which all requests and reports are about (PS3.4 section J.3.5). */
export const storageCommitmentInstance = '1.2.840.10008.1.20.1.1';

/** Action Type 1, Request Storage Commitment (PS3.4 table J.3-1). */
export const requestAction = 1;

/** Event Types 1 and 2: all are committed, some are not (PS3.4 table J.3-2). */
export const reportEvents = { complete: 1, failuresExist: 2 } as const;

/** A SOP instance, as requests and reports name it. */
export interface Reference {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
}

/** One that is not committed, and why (PS3.3 section C.14.1.1). */
export interface FailedReference extends Reference {
  readonly failureReason: number;
}

/** What a peer asks to be committed. */
export interface CommitmentRequest {
  readonly transactionUid: string;
  readonly references: readonly Reference[];
}

/** What came of a request. */
export interface CommitmentReport {
  readonly transactionUid: string;
  readonly committed: readonly Reference[];
  readonly failed: readonly FailedReference[];
}

/** A Transaction UID that nobody has used: a UUID as a UID (PS3.5 section B.2). */
export function newTransactionUid(): string {
  return `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`;
}

/** The Action Information of a request (PS3.4 table J.3-1). */
export function requestValues({ transactionUid, references }: CommitmentRequest): DataSetValues {
  return {
    TransactionUID: transactionUid,
    ReferencedSOPSequence: references.map((one) => itemOf(one)),
  };
}

/** The Event Information of a report (PS3.4 table J.3-2): a sequence without items is left out. */
export function reportValues(report: CommitmentReport): DataSetValues {
  const { transactionUid, committed, failed } = report;
  return {
    TransactionUID: transactionUid,
    ...(committed.length > 0 && { ReferencedSOPSequence: committed.map((one) => itemOf(one)) }),
    ...(failed.length > 0 && {
      FailedSOPSequence: failed.map((one) => ({
        ...itemOf(one),
        FailureReason: one.failureReason,
      })),
    }),
  };
}

/** @throws EngineError DATA_SET_UNREADABLE when it is no Action Information */
export function readRequest(values: DataValues): CommitmentRequest {
  const references = itemsOf(values, 'ReferencedSOPSequence').map((item) => referenceOf(item));
  if (references.length === 0) throw unfit('it references no SOP instance');
  return { transactionUid: uidIn(values, 'TransactionUID'), references };
}

/** @throws EngineError DATA_SET_UNREADABLE when it is no Event Information */
export function readReport(values: DataValues): CommitmentReport {
  return {
    transactionUid: uidIn(values, 'TransactionUID'),
    committed: itemsOf(values, 'ReferencedSOPSequence').map((item) => referenceOf(item)),
    failed: itemsOf(values, 'FailedSOPSequence').map((item) => ({
      ...referenceOf(item),
      failureReason: typeof item['FailureReason'] === 'number' ? item['FailureReason'] : 0x0110,
    })),
  };
}

function itemOf({ sopClassUid, sopInstanceUid }: Reference): Readonly<Record<string, string>> {
  return { ReferencedSOPClassUID: sopClassUid, ReferencedSOPInstanceUID: sopInstanceUid };
}

function referenceOf(item: DataValues): Reference {
  return {
    sopClassUid: uidIn(item, 'ReferencedSOPClassUID'),
    sopInstanceUid: uidIn(item, 'ReferencedSOPInstanceUID'),
  };
}

function itemsOf(values: DataValues, keyword: string): readonly DataValues[] {
  const value = values[keyword];
  return Array.isArray(value) ? (value as readonly DataValue[]).filter(isItem) : [];
}

function isItem(value: DataValue): value is DataValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function uidIn(values: DataValues, keyword: string): string {
  const value = values[keyword];
  if (typeof value === 'string' && isUid(value)) return value;
  throw unfit(`its ${keyword} is no UID`);
}

function unfit(why: string): EngineError {
  return new EngineError('DATA_SET_UNREADABLE', `no information of storage commitment: ${why}`);
}
