/** How a state is meant; shown by a sign and a colour beside its word, never by the colour alone. */
export type Tone = 'good' | 'doubtful' | 'bad' | 'idle';

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
