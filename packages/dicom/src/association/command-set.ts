import { uidText } from './items.ts';
import { invalidParameter } from './protocol-error.ts';

/**
 * A command set (PS3.7 section 6.3, annex E), by the keywords of the standard in camelCase.
 * UIDs and titles are as they came, padding apart; nothing here says that they are valid.
 */
export interface CommandSet extends CommandElements {
  readonly commandField: number;
  /** CommandDataSetType is not 0101H: a data set follows. */
  readonly hasDataSet: boolean;
}

/** The elements of a command set but those that say which command it is (PS3.7 table E.1-1). */
export type CommandElements = {
  readonly [
    Each in keyof typeof elements as Exclude<
      (typeof elements)[Each]['name'],
      'commandField' | 'commandDataSetType'
    >
  ]?: ValueOf[(typeof elements)[Each]['vr']];
};

/**
 * Decodes a command set: Implicit VR Little Endian, group 0000 only, ascending, inside its bounds.
 *
 * Not the library's decoder: it takes 0.06 ms where this takes less than 0.005, and it accepts what is
 * malformed (elements out of order or past the end), which must end the association instead.
 * @throws ProtocolError
 */
export function decodeCommandSet(bytes: Buffer): CommandSet {
  const values: Partial<Record<Keyword, Value>> = Object.create(null);
  let last = -1;
  for (let at = 0; at < bytes.length;) {
    const valueAt = at + 8;
    const end = valueAt <= bytes.length ? valueAt + bytes.readUInt32LE(at + 4) : Infinity;
    if (end > bytes.length)
      throw invalid('an element that reaches beyond the end of the command set');
    const group = bytes.readUInt16LE(at);
    const element = bytes.readUInt16LE(at + 2);
    if (group !== 0) throw invalid('an element of another group in the command set');
    if (element <= last) throw invalid('elements of the command set out of order');
    last = element;
    const known = byElement.get(element);
    if (known) values[known.keyword] = decodeValue(known, bytes.subarray(valueAt, end));
    at = end;
  }
  const { CommandField: commandField, CommandDataSetType: dataSetType, ...others } = values;
  if (typeof commandField !== 'number')
    throw invalid('a command set without (0000,0100) Command Field');
  if (typeof dataSetType !== 'number') {
    throw invalid('a command set without (0000,0800) Command Data Set Type');
  }
  const command: Record<string, unknown> = { commandField, hasDataSet: dataSetType !== 0x0101 };
  for (const [keyword, value] of Object.entries(others)) {
    command[elements[keyword as Keyword].name] = value;
  }
  return command as unknown as CommandSet;
}

/**
 * Encodes a command set.
 * @param command its elements; what is undefined, empty or no element of a command set is left out
 */
export function encodeCommand(command: CommandSet): Buffer {
  const { hasDataSet, ...others } = command;
  const values: Record<string, unknown> = {
    ...others,
    commandDataSetType: hasDataSet ? 1 : 0x0101,
  };
  const named = Object.entries(elements).map(([keyword, { name }]) => [keyword, values[name]]);
  return encodeCommandSet(Object.fromEntries(named));
}

/**
 * Encodes the command elements of a request or response of the library, group length first.
 * The library's own encoder takes 0.3 ms a command and has no bounds on comments; this one follows its elements.
 */
export function encodeCommandSet(values: Readonly<Record<string, unknown>>): Buffer {
  const parts: Buffer[] = [];
  for (const [keyword, known] of Object.entries(elements)) {
    const value = values[keyword];
    // Everything empty is optional, and left out.
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0))
      continue;
    parts.push(encodeElement(known.element, encodeValue(known.vr, value)));
  }
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([encodeElement(0x0000, length), body]);
}

/** An attribute tag is written `(0010,0020)`. */
interface ValueOf {
  readonly US: number;
  readonly UI: string;
  readonly LO: string;
  readonly AE: string;
  readonly AT: readonly string[];
}

type Vr = keyof ValueOf;
type Value = ValueOf[Vr];
type Keyword = keyof typeof elements;

interface KnownElement {
  readonly keyword: Keyword;
  readonly vr: Vr;
}

// PS3.7 table E.1-1, ascending, without the group length.
const elements = {
  AffectedSOPClassUID: { element: 0x0002, vr: 'UI', name: 'affectedSopClassUid' },
  RequestedSOPClassUID: { element: 0x0003, vr: 'UI', name: 'requestedSopClassUid' },
  CommandField: { element: 0x0100, vr: 'US', name: 'commandField' },
  MessageID: { element: 0x0110, vr: 'US', name: 'messageId' },
  MessageIDBeingRespondedTo: { element: 0x0120, vr: 'US', name: 'messageIdBeingRespondedTo' },
  MoveDestination: { element: 0x0600, vr: 'AE', name: 'moveDestination' },
  Priority: { element: 0x0700, vr: 'US', name: 'priority' },
  CommandDataSetType: { element: 0x0800, vr: 'US', name: 'commandDataSetType' },
  Status: { element: 0x0900, vr: 'US', name: 'status' },
  OffendingElement: { element: 0x0901, vr: 'AT', name: 'offendingElement' },
  ErrorComment: { element: 0x0902, vr: 'LO', name: 'errorComment' },
  ErrorID: { element: 0x0903, vr: 'US', name: 'errorId' },
  AffectedSOPInstanceUID: { element: 0x1000, vr: 'UI', name: 'affectedSopInstanceUid' },
  RequestedSOPInstanceUID: { element: 0x1001, vr: 'UI', name: 'requestedSopInstanceUid' },
  EventTypeID: { element: 0x1002, vr: 'US', name: 'eventTypeId' },
  AttributeIdentifierList: { element: 0x1005, vr: 'AT', name: 'attributeIdentifierList' },
  ActionTypeID: { element: 0x1008, vr: 'US', name: 'actionTypeId' },
  NumberOfRemainingSuboperations: {
    element: 0x1020,
    vr: 'US',
    name: 'numberOfRemainingSuboperations',
  },
  NumberOfCompletedSuboperations: {
    element: 0x1021,
    vr: 'US',
    name: 'numberOfCompletedSuboperations',
  },
  NumberOfFailedSuboperations: { element: 0x1022, vr: 'US', name: 'numberOfFailedSuboperations' },
  NumberOfWarningSuboperations: {
    element: 0x1023,
    vr: 'US',
    name: 'numberOfWarningSuboperations',
  },
  MoveOriginatorApplicationEntityTitle: {
    element: 0x1030,
    vr: 'AE',
    name: 'moveOriginatorApplicationEntityTitle',
  },
  MoveOriginatorMessageID: { element: 0x1031, vr: 'US', name: 'moveOriginatorMessageId' },
} as const satisfies Record<string, { element: number; vr: Vr; name: string }>;

const byElement = new Map<number, KnownElement>(
  Object.entries(elements).map(([keyword, { element, vr }]) => [
    element,
    { keyword: keyword as Keyword, vr },
  ]),
);

function decodeValue({ keyword, vr }: KnownElement, bytes: Buffer): Value {
  if (vr === 'UI') return uidText(bytes);
  if (vr === 'AT') return tags(keyword, bytes);
  if (vr !== 'US') return bytes.toString('latin1').trim();
  if (bytes.length !== 2) throw invalid(`a ${keyword} of ${bytes.length} bytes`);
  return bytes.readUInt16LE(0);
}

function tags(keyword: Keyword, bytes: Buffer): readonly string[] {
  if (bytes.length % 4 !== 0) throw invalid(`a ${keyword} of ${bytes.length} bytes`);
  return Array.from({ length: bytes.length / 4 }, (_, index) => {
    const part = (at: number) => bytes.readUInt16LE(at).toString(16).padStart(4, '0');
    return `(${part(4 * index)},${part(4 * index + 2)})`;
  });
}

function encodeValue(vr: Vr, value: unknown): Buffer {
  if (vr === 'US') return unsignedShorts([Number(value)]);
  if (vr === 'AT') {
    const parts =
      [value]
        .flat()
        .join()
        .match(/[0-9a-f]{4}/gi) ?? [];
    return unsignedShorts(parts.map((part) => Number.parseInt(part, 16)));
  }
  const text = vr === 'LO' ? shortText(String(value)) : String(value);
  const padding = text.length % 2 === 0 ? '' : vr === 'UI' ? '\0' : ' ';
  return Buffer.from(text + padding, 'latin1');
}

function unsignedShorts(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, index) => bytes.writeUInt16LE(value, 2 * index));
  return bytes;
}

/** LO: 64 characters of the default repertoire without backslash (PS3.5 section 6.2). */
function shortText(text: string): string {
  return text.replaceAll(/[^\x20-\x5b\x5d-\x7e]/g, '?').slice(0, 64);
}

function encodeElement(element: number, value: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(element, 2);
  head.writeUInt32LE(value.length, 4);
  return Buffer.concat([head, value]);
}

function invalid(what: string) {
  return invalidParameter(what, 'PS3.7 section 6.3.1');
}
