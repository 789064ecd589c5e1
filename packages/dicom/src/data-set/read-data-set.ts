import { Readable } from 'node:stream';
import type { Document, DocumentStore, MessageBody } from '@consort/core';
import { isDicomDocument, type CommandSet } from '../document.ts';
import { Window, type ByteSource } from '../header/byte-source.ts';
import { largestHead } from '../header/element.ts';
import { checkFirst } from '../header/walk-head.ts';
import { encodingOf } from '../transfer-syntaxes.ts';
import { commandValue } from './command-path.ts';
import { noDataSet, readingOfStored } from './document-errors.ts';
import { ElementWalk } from './element-walk.ts';
import {
  cutShort,
  mostElements,
  TreeBuilder,
  type TreeElement,
  type TreeItem,
} from './element-tree.ts';
import { findElements } from './find-elements.ts';
import { parsePath } from './parse-path.ts';
import { chunksOfDataSet, openDataSet } from './chunks-of-data-set.ts';
import { textsOf, valueOf, valuesOf } from './tree-values.ts';
import type { DataValue, DataValues, LargeValue } from './value.ts';

/** A data set that was read. Values above 64 KiB and pixel data are still in the document. */
export interface DataSet {
  /**
   * The value at a path; undefined when there is no such element. A path with `[*]` gives a list: the value in each
   * item, undefined where an item does not have it.
   * @throws PathError PATH_INVALID, TAG_INVALID, KEYWORD_UNKNOWN, NOT_A_SEQUENCE
   * @example `dataSet.getValueAt('DataSet.RequestAttributesSequence[1].ScheduledProcedureStepID')`
   */
  getValueAt(path: string): DataValue | undefined | readonly (DataValue | undefined)[];

  /**
   * The text of the value at a path, exactly as it was written, several values with a backslash between; '' for an element
   * without a value; undefined when there is none, and for bytes, sequences and large values.
   * @throws PathError as getValueAt
   */
  getTextAt(path: string): string | undefined;

  /** The VR at a path, undefined when there is no such element. @throws PathError as getValueAt */
  getVrAt(path: string): string | undefined;

  /** Every value, by keyword or tag. */
  values(): DataValues;
}

/**
 * Reads the data set of a message: every element's head, and every value up to 64 KiB. Pixel data is passed over,
 * so an image of any size costs what its head costs. At most 500 000 elements, 32 sequences deep.
 * @param documents `context.documents`
 * @throws PermanentError DATA_SET_UNREADABLE, DOCUMENT_MISSING, NOT_A_STORAGE_REQUEST when the body has no data set
 */
export async function readDataSet(
  body: MessageBody,
  documents: Pick<DocumentStore, 'open'>,
): Promise<DataSet> {
  const { document } = body;
  if (!document) throw noDataSet(body.type);
  const tree = await treeOfDocument(document, documents);
  const command = isDicomDocument(body) ? body.command : undefined;
  return dataSetOf(tree, document, documents, command);
}

/** The elements of a stored document. @throws PermanentError DATA_SET_UNREADABLE, DOCUMENT_MISSING */
export async function treeOfDocument(
  document: Document,
  documents: Pick<DocumentStore, 'open'>,
): Promise<TreeItem> {
  await using source = await openDataSet(document, documents);
  return await readingOfStored(treeOfSource(source, document.transferSyntaxUid));
}

async function treeOfSource(source: ByteSource, transferSyntaxUid: string): Promise<TreeItem> {
  const encoding = encodingOf(transferSyntaxUid);
  const builder = new TreeBuilder();
  const walk = new ElementWalk(encoding, builder.entering, mostElements);
  const window = new Window(source);
  for (;;) {
    const { position, depth } = walk;
    if (!window.has(position, largestHead)) await window.load(position, largestHead);
    const bytes = window.view(position, largestHead);
    if (position === 0) checkFirst(bytes, encoding);
    const met = walk.next(bytes, source.size);
    if (!met) return builder.root;
    if (walk.position > source.size) {
      builder.take(cutShort(met, depth, source.size));
      return builder.root;
    }
    if (!builder.take(met)) continue;
    if (!window.has(met.start, met.length)) await window.load(met.start, met.length);
    builder.give(met, Buffer.from(window.view(met.start, met.length)));
  }
}

function dataSetOf(
  tree: TreeItem,
  document: Document,
  documents: Pick<DocumentStore, 'open'>,
  command: CommandSet | undefined,
): DataSet {
  const opening = ({ vr, start, length }: TreeElement): LargeValue => ({
    vr,
    length,
    stream: () => Readable.from(chunksOfDataSet(document, documents, start, length)),
  });
  const isList = (path: string) => path.includes('[*]');
  const found = (path: string) => findElements(tree, parsePath(path));
  return {
    getValueAt(path) {
      const parsed = parsePath(path);
      if (parsed.root === 'CommandSet')
        return command && (commandValue(command, parsed) as DataValue);
      const values = findElements(tree, parsed).map((one) =>
        one?.element ? valueOf(one.element, one.item, opening) : one && valuesOf(one.item, opening),
      );
      return isList(path) ? values : values[0];
    },
    getTextAt(path) {
      const parsed = parsePath(path);
      if (parsed.root === 'CommandSet') {
        const value = command && commandValue(command, parsed);
        return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
      }
      const texts = found(path).map((one) => one?.element && textsOf(one.element, one.item));
      return isList(path) ? texts.filter((text) => text !== undefined).join('\\') : texts[0];
    },
    getVrAt: (path) => found(path)[0]?.element?.vr,
    values: () => valuesOf(tree, opening),
  };
}
