import { EngineError, type DocumentStore, type MessageBody } from '@consort/core';
import { documentJson } from '@consort/core/json';
import { z } from 'zod';

const schema = z.looseObject({ type: z.string().min(1), document: documentJson.optional() });

/**
 * Checks a body that a person has written: an object with a type, whose document is there.
 * @throws EngineError USAGE, DOCUMENT_MISSING
 */
export async function checkedBody(
  written: unknown,
  documents: Pick<DocumentStore, 'open'>,
): Promise<MessageBody> {
  const { success, data, error } = schema.safeParse(written);
  // Where it is wrong, never what stands there: that may be a patient's.
  if (!success) {
    const places = error.issues.map(({ path }) => path.join('.') || 'the whole');
    throw new EngineError(
      'USAGE',
      `the body is none: wrong or missing is ${[...new Set(places)].join(', ')}; ` +
        'it is an object with a type, as production show MESSAGE --json gives it under body',
    );
  }
  if (data.document) {
    const handle = await documents.open(data.document.digest);
    await handle.close();
  }
  return data as MessageBody;
}
