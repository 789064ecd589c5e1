import { Fragment } from 'react';

/**
 * Text that a peer or an author has chosen. It stands by itself among the text around it, and characters that hide or
 * reverse what they stand among are written as their code.
 */
export function Text({ children }: { readonly children: string }) {
  return <bdi>{visible(children)}</bdi>;
}

/** A dotted name, which breaks after a dot and not in the middle of a word. */
export function Name({ children }: { readonly children: string }) {
  const words = visible(children).split(/(?<=\.)/);
  return (
    <bdi className="name">
      {words.map((word, index) => (
        <Fragment key={index}>
          {word}
          <wbr />
        </Fragment>
      ))}
    </bdi>
  );
}

// An AE title may hold characters that hide or reverse what stands around them.
const unseen = /[\p{Cc}\p{Bidi_Control}\u200b\u2028\u2029\ufeff]/gu;

/** Writes characters that are not seen as their code; line breaks and tabs stay. */
export function visible(text: string): string {
  return text.replace(unseen, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
