import { dataHeaderLength, writeDataHeader } from './pdu-encoder.ts';

/**
 * Sends a data set in full P-DATA-TFs (PS3.8 section 9.3.5), reading the next bytes only when the last PDU
 * is gone.
 * @param fragment the longest fragment, in bytes
 * @param send resolves when the bytes may be overwritten
 */
export async function sendDataSet(
  contextId: number,
  fragment: number,
  dataSet: AsyncIterable<Buffer> | Iterable<Buffer>,
  send: (pdu: Buffer) => Promise<void>,
): Promise<void> {
  const pdu = Buffer.allocUnsafeSlow(dataHeaderLength + fragment);
  let filled = 0;
  const flush = (position: 'last' | 'more follow') => {
    writeDataHeader(pdu, contextId, 'data set', position, filled);
    const whole = pdu.subarray(0, dataHeaderLength + filled);
    filled = 0;
    return send(whole);
  };
  for await (const chunk of dataSet) {
    for (let at = 0; at < chunk.length;) {
      // A full PDU waits for the next byte: the last one has to say that it is.
      if (filled === fragment) await flush('more follow');
      const copied = chunk.copy(pdu, dataHeaderLength + filled, at, at + fragment - filled);
      filled += copied;
      at += copied;
    }
  }
  await flush('last');
}
