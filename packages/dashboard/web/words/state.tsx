import type { Tone } from './tone.ts';

const signs: Readonly<Record<Tone, string>> = { good: '●', doubtful: '▲', bad: '✖', idle: '○' };

/** A state in words, with its sign. */
export function State({ tone, word }: { readonly tone: Tone; readonly word: string }) {
  return (
    <span className={`state ${tone}`}>
      <span aria-hidden="true">{signs[tone]}</span>
      <span>{word}</span>
    </span>
  );
}
