import {
  EngineError,
  type ImageFilter,
  type MessageReader,
  type ReceivedImage,
} from '@consort/core';

const page = 1_000;

/** What an accession number or a UID may be of. */
const meanings = ['accessionNumber', 'studyInstanceUid', 'sopInstanceUid'] as const;

/** How an operator names images: the filter that finds them. */
export interface Named {
  readonly filter: ImageFilter;
  /** Oldest first. */
  readonly images: readonly ReceivedImage[];
}

/**
 * Finds the images an accession number, a Study or a SOP Instance UID is of.
 * @throws EngineError NOT_FOUND
 */
export async function findImages(reader: MessageReader, name: string): Promise<Named> {
  const found = await lookForImages(reader, name);
  if (found) return found;
  throw new EngineError(
    'NOT_FOUND',
    `no image here has ${JSON.stringify(name)} as accession number, Study or SOP Instance UID: it never came, ` +
      'or it has been purged; production studies lists what came',
  );
}

/** The same; undefined when there are none. */
export async function lookForImages(
  reader: MessageReader,
  name: string,
): Promise<Named | undefined> {
  for (const meaning of meanings) {
    const filter = { [meaning]: name };
    const images = await allImages(reader, filter);
    if (images.length > 0) return { filter, images };
  }
  return undefined;
}

async function allImages(
  reader: MessageReader,
  filter: ImageFilter,
): Promise<readonly ReceivedImage[]> {
  const found: ReceivedImage[] = [];
  for (;;) {
    const before = found.at(-1)?.messageId;
    const more = await reader.images({ ...filter, limit: page, ...(before ? { before } : {}) });
    found.push(...more);
    if (more.length < page) return found.toReversed();
  }
}
