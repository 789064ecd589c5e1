import { encodingOf } from '../transfer-syntaxes.ts';
import type { ByteSource } from './byte-source.ts';
import { inflatedSource } from './inflated-source.ts';
import { walkHead } from './walk-head.ts';

/**
 * Reads values of the top level of a data set by their tags, as they are encoded, no further than the last of them
 * and bounded as `walkHead` is. One that is absent in the data set is absent here.
 * @param source the data set alone, without a Part 10 prefix
 * @throws PermanentError DATA_SET_UNREADABLE; and whatever `source.read` throws
 */
export async function readElements(
  source: ByteSource,
  transferSyntaxUid: string,
  tags: ReadonlySet<number>,
): Promise<ReadonlyMap<number, Buffer>> {
  const encoding = encodingOf(transferSyntaxUid);
  if (!encoding.isDeflated) return walkHead(source, encoding, tags);
  const inflated = inflatedSource(source);
  try {
    return await walkHead(inflated, encoding, tags);
  } finally {
    await inflated.close();
  }
}
