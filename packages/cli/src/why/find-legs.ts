import { EngineError, type Leg, type MessageReader } from '@consort/core';
import { lookForImages } from '../images/find-images.ts';

/** What was asked about: the legs of one message's session, or of every image of a name. */
export interface Asked {
  /** Set when it was images that were asked about: how many were received, and how many of them are completed. */
  readonly images?: { readonly received: number; readonly completed: number };
  readonly legs: readonly Leg[];
}

/**
 * Finds the legs that a message's number, an accession number, a Study or a SOP Instance UID is about.
 * A number that is a message's and an accession number too is asked for as `message:4711` or `accession:4711`.
 * @throws EngineError NOT_FOUND, USAGE
 */
export async function findLegs(reader: MessageReader, name: string): Promise<Asked> {
  const [, kind, value = name] = /^(message|accession):(.*)$/s.exec(name) ?? [];
  const session = kind === 'accession' ? undefined : await sessionOf(reader, value);
  const named = kind === 'message' ? undefined : await lookForImages(reader, value);
  if (session !== undefined && named) {
    throw new EngineError(
      'USAGE',
      `${value} is the number of a message and an accession number; write message:${value} or accession:${value}`,
    );
  }
  if (session !== undefined) return { legs: await reader.legs(session) };
  if (!named) throw nothingFound(name);
  const legs = [];
  for (const { messageId } of named.images) legs.push(...(await reader.legs(messageId)));
  const completed = named.images.filter(({ state }) => state === 'completed').length;
  return { images: { received: named.images.length, completed }, legs };
}

async function sessionOf(reader: MessageReader, text: string): Promise<number | undefined> {
  if (!/^[1-9]\d{0,15}$/.test(text)) return undefined;
  return (await reader.message(Number(text)))?.header.sessionId;
}

function nothingFound(name: string): EngineError {
  return new EngineError(
    'NOT_FOUND',
    `no message has the number ${JSON.stringify(name)}, and no image has it as accession number, Study or ` +
      'SOP Instance UID: it never came, or it has been purged; production messages and production studies list what came',
  );
}
