import { createHash } from 'node:crypto';
import type { DocumentStore, MessageBody } from '@consort/core';
import type { BulkData } from '../dicom-json/write-json.ts';
import { digestsOfValues } from './digests-of-values.ts';
import { jsonToShow } from './json-to-show.ts';
import { leavesOf, type Leaf } from './leaves.ts';

/** A data element that two data sets do not have in common. */
export interface ShownChange {
  /** Keywords or tags with item numbers from 1 on: `RequestAttributesSequence[1].00400007`. */
  readonly path: string;
  readonly vr: string;
  /** Absent: it was not there. A binary value is told by its length; what is cut, by its SHA-256 too. */
  readonly before?: readonly string[];
  /** Absent: it is not there any more. */
  readonly after?: readonly string[];
}

/** What one data set has otherwise than another. */
export interface ShownDifference {
  /** In the order of the second; last what it does not have. */
  readonly changes: readonly ShownChange[];
  /** Only the first 10 000 elements of each are compared. */
  readonly isCut: boolean;
}

/**
 * What the second stored data set has otherwise than the first. Every value is compared whole: what is not in memory by
 * its SHA-256, for which it is read.
 * @throws EngineError TOO_LARGE; PermanentError DATA_SET_UNREADABLE, DOCUMENT_MISSING
 */
export async function shownDifference(
  before: MessageBody,
  after: MessageBody,
  documents: Pick<DocumentStore, 'open'>,
): Promise<ShownDifference> {
  const was = leavesOf(await jsonToShow(before, documents));
  const is = leavesOf(await jsonToShow(after, documents));
  const pairs = [...is.leaves].flatMap(([path, leaf]) => {
    const old = was.leaves.get(path)?.bulkData;
    const { bulkData } = leaf;
    return old && bulkData && old.length === bulkData.length ? [[old, bulkData] as const] : [];
  });
  const [wasDigests, isDigests] = [
    await digestsIn(
      before,
      documents,
      pairs.map(([old]) => old),
    ),
    await digestsIn(
      after,
      documents,
      pairs.map(([, bulkData]) => bulkData),
    ),
  ];
  const changes: ShownChange[] = [];
  for (const [path, leaf] of is.leaves) {
    const old = was.leaves.get(path);
    const [one, other] = [old && named(old, wasDigests), named(leaf, isDigests)];
    if (old && one?.whole === other.whole) continue;
    changes.push({ path, vr: leaf.vr, ...(one ? { before: one.texts } : {}), after: other.texts });
  }
  for (const [path, old] of was.leaves) {
    if (is.leaves.has(path)) continue;
    changes.push({ path, vr: old.vr, before: named(old, wasDigests).texts });
  }
  return { changes, isCut: was.isCut || is.isCut };
}

async function digestsIn(
  { document }: MessageBody,
  documents: Pick<DocumentStore, 'open'>,
  values: readonly BulkData[],
): Promise<ReadonlyMap<string, string>> {
  return document ? digestsOfValues(values, document, documents) : new Map();
}

/** What a value is compared by, and what is shown of it. */
function named({ texts, whole, isCut, bulkData }: Leaf, digests: ReadonlyMap<string, string>) {
  if (!isCut) return { whole, texts };
  // Without a digest the other has another length, or none.
  const digest = bulkData ? digests.get(bulkData.path) : sha256(whole);
  return {
    whole: digest ?? whole,
    texts: digest === undefined ? texts : [...texts, `SHA-256 ${digest.slice(0, 16)}…`],
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
