import type { Host } from '@consort/core';
import type { Deliveries } from './deliveries.ts';
import type { DrillImage } from './make-study.ts';

/** Images that a service was sent under one fault. */
export interface SentStudy {
  readonly service: string;
  readonly images: readonly DrillImage[];
  /** The SOP Instance UIDs of those that were acknowledged in the end. */
  readonly acknowledged: ReadonlySet<string>;
  /** Those that were sent a second time, as they were not acknowledged the first time. */
  readonly sentAgain: ReadonlySet<string>;
}

/** Where the images of each service go when nothing is wrong. */
export type Routes = ReadonlyMap<string, readonly string[]>;

/** What came of the images of a fault. */
export interface Reckoning {
  readonly sent: number;
  readonly acknowledged: number;
  /** Not acknowledged the first time, so that they were sent again. */
  readonly sentAgain: number;
  /** At every target that they go to when nothing is wrong. */
  readonly delivered: number;
  /** Acknowledged, not delivered, and in the record as failed: a person sends them again. */
  readonly setAside: number;
  /** Acknowledged, not delivered, and nobody is told of it. */
  readonly lost: number;
  /** More than once at one target. */
  readonly twice: number;
  /** Whether each target with one worker got them in the order they were sent; absent where that was not to be seen. */
  readonly isInOrder?: boolean;
}

/** Where the images went under no fault. */
export function routesOf(studies: readonly SentStudy[], { at }: Deliveries): Routes {
  return new Map(
    studies.map(({ service, images }) => [
      service,
      [...at].flatMap(([target, uids]) =>
        images.some(({ sopInstanceUid }) => uids.includes(sopInstanceUid)) ? [target] : [],
      ),
    ]),
  );
}

/** Counts what came of the images that were sent. */
export function reckon(
  studies: readonly SentStudy[],
  { at, setAside }: Deliveries,
  routes: Routes,
  hosts: readonly Host[],
): Reckoning {
  const counts = noImages();
  const orders: boolean[] = [];
  for (const { service, images, acknowledged, sentAgain } of studies) {
    const targets = routes.get(service) ?? [];
    for (const { sopInstanceUid } of images) {
      const times = targets.map((target) => timesIn(at.get(target) ?? [], sopInstanceUid));
      const isDelivered = times.length > 0 && times.every((count) => count > 0);
      counts.sent += 1;
      if (sentAgain.has(sopInstanceUid)) counts.sentAgain += 1;
      if (times.some((count) => count > 1)) counts.twice += 1;
      if (isDelivered) counts.delivered += 1;
      if (!acknowledged.has(sopInstanceUid)) continue;
      counts.acknowledged += 1;
      if (isDelivered) continue;
      if (setAside.has(sopInstanceUid)) counts.setAside += 1;
      else counts.lost += 1;
    }
    const once = images.filter(({ sopInstanceUid }) => !sentAgain.has(sopInstanceUid));
    for (const target of targets) {
      const host = hosts.find(({ name }) => name === target);
      // Files have no order, and several workers keep none.
      if (host?.poolSize !== 1 || host.componentName === 'dicom.file-operation') continue;
      orders.push(isOrdered(once, at.get(target) ?? []));
    }
  }
  return {
    ...counts,
    ...(orders.length > 0 && counts.delivered > 0 && { isInOrder: orders.every(Boolean) }),
  };
}

function timesIn(uids: readonly string[], uid: string): number {
  return uids.filter((one) => one === uid).length;
}

/** By the first time that each was taken. */
function isOrdered(images: readonly DrillImage[], uids: readonly string[]): boolean {
  const places = images
    .map(({ sopInstanceUid }) => uids.indexOf(sopInstanceUid))
    .filter((place) => place >= 0);
  return places.every((place, index) => index === 0 || place > (places[index - 1] ?? 0));
}

/** The counts of a fault before an image was sent. */
export function noImages() {
  return {
    sent: 0,
    acknowledged: 0,
    sentAgain: 0,
    delivered: 0,
    setAside: 0,
    lost: 0,
    twice: 0,
  };
}
