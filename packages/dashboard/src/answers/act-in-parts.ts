import type { RunningEngine } from '../engine.ts';
import { refusalOf } from '../serve/refusal.ts';

/** What came of each message. */
export interface Acted {
  readonly done: readonly { readonly id: number; readonly newId?: number }[];
  readonly refused: readonly {
    readonly id: number;
    readonly code: string;
    readonly text: string;
  }[];
}

/** Messages of one call of the production. */
const part = 500;

/**
 * Has the production do something to messages, in parts. What has been done is told whatever happens later: when a part
 * fails its messages and those after it are refused, with the error of that part.
 * @throws EngineError what the first part failed with
 */
export async function actInParts(
  engine: Pick<RunningEngine, 'act'>,
  verb: string,
  ids: readonly number[],
  asked: Readonly<Record<string, unknown>>,
): Promise<Acted> {
  const done: Acted['done'][number][] = [];
  const refused: Acted['refused'][number][] = [];
  for (let first = 0; first < ids.length; first += part) {
    try {
      const some = ids.slice(first, first + part);
      const answer = (await engine.act(verb, { ids: some, ...asked })) as Acted;
      done.push(...answer.done);
      refused.push(...answer.refused);
    } catch (error) {
      if (first === 0) throw error;
      const { code, text } = refusalOf(error);
      // Nobody knows how far the part has come.
      const unsure = `it may have been done, look at the message: ${text}`;
      const refuse = (says: string) => (id: number) => ({ id, code, text: says });
      refused.push(...ids.slice(first, first + part).map(refuse(unsure)));
      refused.push(...ids.slice(first + part).map(refuse(text)));
      break;
    }
  }
  return { done, refused };
}
