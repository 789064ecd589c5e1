import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { EngineError } from '@consort/core';
import { parseXml, type XmlElement } from './parse-xml.ts';

/** A class of an export, as far as importing needs it. */
export interface IrisClass {
  readonly superclasses: readonly string[];
  /** The code of its methods, all together. */
  readonly code: string;
}

/** What an exported file holds. */
export interface IrisExport {
  readonly className: string;
  /** Its block `ProductionDefinition`. */
  readonly definition: XmlElement;
  /** The other classes in the file, by name; only an XML export has some. */
  readonly classes: ReadonlyMap<string, IrisClass>;
}

/** Bytes. An export of a whole namespace is larger than of a production by far. */
const largest = 16 * 1024 * 1024;

/**
 * Reads an exported production: its class as source (`.cls`), or an XML export with it.
 * @throws EngineError IMPORT_UNFIT
 */
export async function readExport(file: string): Promise<IrisExport> {
  const text = await textOf(file);
  return /^\s*</.test(text) ? ofXml(text, file) : ofSource(text, file);
}

async function textOf(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await buffer(createReadStream(file, { end: largest }));
  } catch (error) {
    throw unfit(file, (error as Error).message);
  }
  if (bytes.length > largest) {
    throw unfit(file, `it is larger than ${largest} bytes; export the production's class alone`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unfit(file, 'it is no UTF-8 text; export it as UTF-8');
  }
}

function ofXml(text: string, file: string): IrisExport {
  const root = parseXml(text, file);
  if (root.name !== 'Export') {
    throw unfit(file, `its root is <${root.name}>, and that of an export is <Export>`);
  }
  const all = root.children.filter(({ name }) => name === 'Class');
  const productions = all.flatMap((one) => {
    const block = one.children.find(
      ({ name, attributes }) => name === 'XData' && attributes['name'] === 'ProductionDefinition',
    );
    return block ? [{ className: one.attributes['name'] ?? '', block }] : [];
  });
  const [production] = productions;
  if (!production) throw noProduction(file);
  if (productions.length > 1) {
    const names = productions.map(({ className }) => className).join(', ');
    throw unfit(file, `it holds several productions (${names}); export one of them`);
  }
  const { className, block } = production;
  const data = block.children.find(({ name }) => name === 'Data')?.text ?? '';
  const others = all.filter(({ attributes }) => attributes['name'] !== className);
  return {
    className,
    definition: definitionOf(data, className, file),
    classes: new Map(others.map((one) => [one.attributes['name'] ?? '', classOf(one)])),
  };
}

function classOf({ children }: XmlElement): IrisClass {
  const supers = children.find(({ name }) => name === 'Super')?.text ?? '';
  const methods = children.filter(({ name }) => name === 'Method');
  return {
    superclasses: supers.split(',').map((name) => name.trim()),
    code: methods
      .flatMap((method) => method.children)
      .flatMap(({ name, text }) => (name === 'Implementation' ? [text] : []))
      .join('\n'),
  };
}

/** In source a block stands between braces that have a line of their own. */
function ofSource(text: string, file: string): IrisExport {
  const className = /^Class\s+(%?[\w.]+)/m.exec(text)?.[1];
  const block = /^XData\s+ProductionDefinition\b[^\n{]*\r?\n?\{\s*\r?\n([^]*?)^\}/m.exec(text)?.[1];
  if (className === undefined || block === undefined) throw noProduction(file);
  return { className, definition: definitionOf(block, className, file), classes: new Map() };
}

function definitionOf(text: string, className: string, file: string): XmlElement {
  const definition = parseXml(text.trim(), `${file}, ProductionDefinition of ${className}`);
  if (definition.name === 'Production') return definition;
  throw unfit(file, `its ProductionDefinition has <${definition.name}> in place of <Production>`);
}

function noProduction(file: string): EngineError {
  return unfit(
    file,
    'there is no class with a block ProductionDefinition in it; export the class of the production',
  );
}

function unfit(file: string, reason: string): EngineError {
  return new EngineError('IMPORT_UNFIT', `${file} cannot be imported: ${reason}`);
}
