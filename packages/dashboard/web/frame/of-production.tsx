import { useAnswer } from '../data/use-answer.ts';
import { useIsLive } from '../data/live.ts';
import { productionWords } from '../words/production-status.ts';
import { State } from '../words/state.tsx';
import { Text } from '../words/text.tsx';
import { Age } from '../words/time.tsx';

/** The name of the production, how it does, and whether what is shown is of this moment. */
export function OfProduction() {
  const { data, error } = useAnswer('status', undefined as never);
  const isLive = useIsLive();
  if (error)
    return (
      <div className="of-production" role="status">
        <State tone="bad" word="The server does not answer" />
        <span className="quiet small">what is shown may be old</span>
      </div>
    );
  if (!data) return null;
  const { production } = data;
  if (!production) return <div className="of-production">No production has run yet</div>;
  const { tone, word } = productionWords(production);
  return (
    <div className="of-production" role="status">
      <strong>
        <Text>{production.name}</Text>
      </strong>
      <State tone={tone} word={word} />
      {production.redis.status === 'unavailable' && (
        <State tone="doubtful" word="Redis unavailable" />
      )}
      <span className="quiet small since">
        {production.startedAt && (
          <>
            for <Age since={production.startedAt} />,{' '}
          </>
        )}
        {isLive ? 'live' : 'asked every 3 s'}
      </span>
    </div>
  );
}
