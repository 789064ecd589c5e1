import { z } from 'zod';
import { encoderFor } from '../codecs/which-codec.ts';
import { findTransferSyntax, transferSyntaxes } from '../transfer-syntaxes.ts';

/**
 * The setting `transcode`: `never`, `uncompressed`, or a transfer syntax by UID, keyword or name, which is given as its UID.
 * One that compresses with loss is refused: what is lost is for a person to decide, and makes another SOP instance
 * (PS3.3 section C.7.6.1.1.5).
 */
export function transcodeSetting() {
  return z.string().transform((text, context): string => {
    if (text === 'never' || text === 'uncompressed') return text;
    const found = findTransferSyntax(text);
    if (found && isWritten(found.uid)) return found.uid;
    const what = JSON.stringify(text);
    const message = !found
      ? `${what} is no transfer syntax; write never, uncompressed, or a UID or keyword like ImplicitVRLittleEndian`
      : found.family === 'lossy'
        ? `${what} would lose something of each image, which this does not do; ${choices()}`
        : `${what} is not written here; ${choices()}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

/** The transfer syntaxes that are offered for a data set besides its own, the one that is liked best first. */
export function offeredBesides(transcode: string, storedIn: string): readonly string[] {
  const offered =
    transcode === 'never' ? [] : transcode === 'uncompressed' ? uncompressed : [transcode];
  return offered.filter((uid) => uid !== storedIn);
}

// What every peer has to take (PS3.5 section 10.1), and what says the VRs of private elements.
const uncompressed = ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2'];

const plain = new Set([
  'implicitLittleEndian',
  'explicitLittleEndian',
  'explicitBigEndian',
  'deflated',
]);

function isWritten(uid: string): boolean {
  return plain.has(transferSyntaxes.get(uid)?.family ?? '') || encoderFor(uid) !== undefined;
}

function choices(): string {
  const keywords = [...transferSyntaxes.values()]
    .filter(({ uid }) => isWritten(uid))
    .map(({ keyword }) => keyword);
  return `write never, uncompressed, or one of ${keywords.join(', ')}`;
}
