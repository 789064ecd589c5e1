/**
 * What a PDU says, in short: `AC 1:0 3:3` (results by context), `RJ 1,1,7`, `ABORT 2,6`, `RP`,
 * `RSP 8001 status 0000` (only of a command in one piece); `end` for none.
 */
export function inShort(pdu: Buffer | undefined): string {
  if (!pdu) return 'end';
  switch (pdu[0]) {
    case 0x02:
      return ['AC', ...results(pdu.subarray(74))].join(' ');
    case 0x03:
      return `RJ ${pdu[7]},${pdu[8]},${pdu[9]}`;
    case 0x04:
      return response(pdu.subarray(12));
    case 0x06:
      return 'RP';
    case 0x07:
      return `ABORT ${pdu[8]},${pdu[9]}`;
    default:
      return `PDU ${pdu[0]}`;
  }
}

/** The results of the presentation contexts of an A-ASSOCIATE-AC (PS3.8 section 9.3.3.2), each `id:result`. */
function results(items: Buffer): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < items.length; at += 4 + items.readUInt16BE(at + 2)) {
    if (items[at] === 0x21) found.push(`${items[at + 4]}:${items[at + 6]}`);
  }
  return found;
}

function response(command: Buffer): string {
  const numbers = new Map<number, string>();
  for (let at = 0; at < command.length; at += 8 + command.readUInt32LE(at + 4)) {
    if (command.readUInt32LE(at + 4) !== 2) continue;
    const number = command.readUInt16LE(at + 8);
    numbers.set(command.readUInt16LE(at + 2), number.toString(16).toUpperCase().padStart(4, '0'));
  }
  return `RSP ${numbers.get(0x100)} status ${numbers.get(0x900)}`;
}
