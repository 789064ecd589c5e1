import { Link } from 'wouter';
import type { Output } from '../../src/client.ts';
import { count } from '../words/size.ts';
import { Text } from '../words/text.tsx';

/** What came of an action on messages: those it was done to, and those it was not, each with its reason. */
export function Outcome({
  outcome: { done, refused },
}: {
  readonly outcome: Output<'actOnMessages'>;
}) {
  const made = done.flatMap(({ newId }) => (newId === undefined ? [] : [newId]));
  return (
    <div className={`notice ${refused.length > 0 ? 'doubtful' : 'good'}`} role="status">
      <p>
        <strong>Done to {count(done.length)}</strong>
        {made.length > 0 && (
          <>
            {' '}
            as{' '}
            {made.slice(0, 20).map((id, index) => (
              <span key={id}>
                {index > 0 && ', '}
                <Link href={`/trace/${id}`}>{id}</Link>
              </span>
            ))}
            {made.length > 20 && ' …'}
          </>
        )}
        .
      </p>
      {refused.length > 0 && (
        <ul>
          {refused.slice(0, 20).map(({ id, code, text }) => (
            <li key={id}>
              {id}: <code>{code}</code> <Text>{text}</Text>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
