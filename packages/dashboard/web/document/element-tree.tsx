import type { ShownElement } from '../../src/client.ts';
import { size } from '../words/size.ts';
import { Text } from '../words/text.tsx';
import { found } from './found.ts';

/** Data elements as a tree; with words, only those that have them and what they stand in. */
export function ElementTree({
  elements,
  words,
}: {
  readonly elements: readonly ShownElement[];
  readonly words: string;
}) {
  const shown = found(elements, words);
  if (shown.length === 0) return <p className="body quiet">No data element is like that.</p>;
  return (
    <div className="elements scroll" role="region" aria-label="Data elements" tabIndex={0}>
      <Level elements={shown} isOpen={words.trim() !== ''} />
    </div>
  );
}

function Level({
  elements,
  isOpen,
}: {
  readonly elements: readonly ShownElement[];
  readonly isOpen: boolean;
}) {
  return (
    <ul>
      {elements.map((element) => (
        <li key={element.tag}>
          {element.items ? (
            <Sequence element={element} items={element.items} isOpen={isOpen} />
          ) : (
            <Element element={element} />
          )}
        </li>
      ))}
    </ul>
  );
}

function Sequence({
  element,
  items,
  isOpen,
}: {
  readonly element: ShownElement;
  readonly items: NonNullable<ShownElement['items']>;
  readonly isOpen: boolean;
}) {
  return (
    <details open={isOpen || items.length === 1}>
      <summary>
        <Element element={element} />{' '}
        <span className="quiet">
          {items.length} {items.length === 1 ? 'item' : 'items'}
        </span>
      </summary>
      {items.map((item, index) => (
        <div key={index} className="item">
          <span className="quiet small">item {index + 1}</span>
          <Level elements={item} isOpen={isOpen} />
        </div>
      ))}
    </details>
  );
}

function Element({
  element: { tag, keyword, vr, values, length, isPrivate, isCut },
}: {
  element: ShownElement;
}) {
  return (
    <span className="element">
      <code className="quiet">{`(${tag.slice(0, 4)},${tag.slice(4)})`}</code>
      <span className="vr quiet">{vr}</span>
      <span className="keyword">{keyword ?? (isPrivate ? 'private' : 'unknown')}</span>
      {values && (
        <span className="value">
          <Text>{values.join(' \\ ')}</Text>
          {isCut && <span className="quiet"> … (more)</span>}
        </span>
      )}
      {!values && length !== undefined && <span className="quiet">{size(length)}</span>}
    </span>
  );
}
