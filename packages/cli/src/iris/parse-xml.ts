import { EngineError } from '@consort/core';
import { SaxesParser } from 'saxes';

/** An element of XML: its attributes, the elements in it, and the text directly in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
}

/** What a file may make us spend; the largest production has far less. */
const most = { depth: 64, elements: 200_000 };

/**
 * Parses XML as a tree. A document type is refused, and with it every entity of its own.
 * @param what the text, in the words of an error
 * @throws EngineError IMPORT_UNFIT, with the line
 */
export function parseXml(text: string, what: string): XmlElement {
  const parser = new SaxesParser();
  const top = open('', {}, 0);
  const stack = [top];
  let elements = 0;
  const refuse = (reason: string): never => {
    throw new EngineError('IMPORT_UNFIT', `${what}, line ${parser.line}: ${reason}`);
  };
  parser.on('error', (error) =>
    refuse(`it is no XML (${error.message.replace(/^\d+:\d+: /, '')})`),
  );
  parser.on('doctype', () =>
    refuse('it has a document type, which an export of IRIS has not; nothing of it is expanded'),
  );
  parser.on('opentag', ({ name, attributes }) => {
    elements += 1;
    if (stack.length > most.depth) refuse(`elements are nested more than ${most.depth} deep`);
    if (elements > most.elements) refuse(`it has more than ${most.elements} elements`);
    const element = open(name, attributes, parser.line);
    stack.at(-1)?.children.push(element);
    stack.push(element);
  });
  parser.on('closetag', () => stack.pop());
  const add = (more: string) => stack.at(-1)?.pieces.push(more);
  parser.on('text', add);
  parser.on('cdata', add);
  parser.write(text).close();
  const [root] = top.children;
  return closed(root ?? refuse('there is no element in it'));
}

interface Opened extends Omit<XmlElement, 'children' | 'text'> {
  readonly children: Opened[];
  readonly pieces: string[];
}

function open(name: string, attributes: Readonly<Record<string, string>>, line: number): Opened {
  return { name, attributes, line, children: [], pieces: [] };
}

function closed({ children, pieces, ...element }: Opened): XmlElement {
  return { ...element, children: children.map(closed), text: pieces.join('') };
}
