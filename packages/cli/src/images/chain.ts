import type { Answered, Leg, ReceivedImage, RecordedReceipt } from '@consort/core';
import { isDone } from '@consort/dicom';
import { holesOf } from './holes.ts';

/** What left the production of an image, and whether it is what had come. */
export interface Delivery extends RecordedReceipt {
  readonly host: string;
  /** Whether the data set that left is, by its digest, the one that was received. */
  readonly isSame: boolean;
}

/** The way of one image from its receipt to its delivery. */
export interface Chain {
  readonly image: ReceivedImage;
  readonly legs: readonly Leg[];
  /** Oldest first. */
  readonly delivered: readonly Delivery[];
  /** What is missing between receipt and delivery, a sentence each; empty when the chain is whole. */
  readonly holes: readonly string[];
  /** What is to be known besides, a sentence each. */
  readonly remarks: readonly string[];
}

/** Puts the chain of an image together. */
export function chainOf(image: ReceivedImage, legs: readonly Leg[]): Chain {
  const delivered = legs.flatMap(({ header, receipts }) =>
    receipts.map((receipt) => ({
      ...receipt,
      host: header.targetConfigName,
      isSame: receipt.digest === image.document.digest,
    })),
  );
  return {
    image,
    legs,
    delivered,
    holes: holesOf(image, legs),
    remarks: [
      ...duplicateRemarks(image),
      ...returnRemarks(image, legs),
      ...answerRemarks(image.answered, delivered),
      ...changeRemarks(image, legs),
    ],
  };
}

function duplicateRemarks({ sameAs, otherContentIn }: ReceivedImage): readonly string[] {
  return [
    ...(otherContentIn === undefined
      ? []
      : [
          `OTHER CONTENT: message ${otherContentIn} brought another data set under the same SOP Instance UID`,
        ]),
    ...(sameAs === undefined ? [] : [`sent again: message ${sameAs} brought the same data set`]),
  ];
}

/** That it came back, and so was sent no further. */
function returnRemarks({ messageId }: ReceivedImage, legs: readonly Leg[]): readonly string[] {
  return legs
    .filter(({ header }) => header.id === messageId && header.targetBusinessType === 'Unknown')
    .flatMap(({ header }) => header.note ?? []);
}

/** What the sender believes, where that is not what happened. */
function answerRemarks(
  answered: Answered | undefined,
  delivered: readonly Delivery[],
): readonly string[] {
  if (
    !answered ||
    answered.status === 'taken' ||
    delivered.length === 0 ||
    isDone(Number.parseInt(answered.status, 16))
  )
    return [];
  const told = answered.status === 'none' ? 'nothing' : answered.status;
  return [`the sender was told ${told} although it was delivered, and may send it again`];
}

function changeRemarks(image: ReceivedImage, legs: readonly Leg[]): readonly string[] {
  return legs
    .filter(({ document }) => document && document.digest !== image.document.digest)
    .map(
      ({ header }) =>
        `${header.sourceConfigName} sent another data set on than was received, in message ${header.id}`,
    );
}
