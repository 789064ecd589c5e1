import type { Output } from '../../src/client.ts';
import { imageStates } from '../words/image-state.ts';
import { count } from '../words/size.ts';
import { State } from '../words/state.tsx';

const worstFirst = ['failed', 'suspended', 'retrying', 'inProgress', 'completed'] as const;

/** What became of a study's images: one word where all are alike, else how many are how. */
export function StudyState({ study }: { readonly study: Output<'studies'>['studies'][number] }) {
  const there = worstFirst.filter((state) => study[state] > 0);
  return (
    <span className="block">
      {there.map((state) => (
        <span key={state} className="block">
          <State
            tone={imageStates[state].tone}
            word={
              there.length === 1
                ? imageStates[state].word
                : `${count(study[state])} ${imageStates[state].word.toLowerCase()}`
            }
          />
        </span>
      ))}
      {study.otherContent > 0 && (
        <span className="small doubtful block">{count(study.otherContent)} with other content</span>
      )}
    </span>
  );
}
