import type { Output } from '../../src/client.ts';
import { size } from '../words/size.ts';
import { Text } from '../words/text.tsx';
import { Time } from '../words/time.tsx';

/** Who took what the message carried, and what he said. */
export function Receipts({ receipts }: { readonly receipts: Output<'message'>['receipts'] }) {
  if (receipts.length === 0) return null;
  return (
    <div>
      <h3>Receipts</h3>
      <ul>
        {receipts.map(({ peer, status, digest, size: bytes, time }) => (
          <li key={`${peer} ${time}`}>
            <Text>{peer}</Text> said {status}, <Time>{time}</Time>
            <span className="quiet small block mono">
              SHA-256 {digest.slice(0, 16)}…, {size(bytes)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
