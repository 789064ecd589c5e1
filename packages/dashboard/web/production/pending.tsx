import { useState } from 'react';
import { useAct } from '../data/use-act.ts';
import { useWho } from '../data/who.ts';
import { Failure } from '../frame/notices.tsx';
import { Name, Text } from '../words/text.tsx';
import type { Production } from './production-page.tsx';

/** What the production file has otherwise than what runs, and the way to go on with it. */
export function Pending({ production: { pending, file } }: { readonly production: Production }) {
  const { may } = useWho();
  const update = useAct('updateProduction');
  const [isReset, setReset] = useState(false);
  const [applied, setApplied] = useState<string>();
  // The difference is looked up every few seconds: the one that was just applied is still told for a moment.
  const difference = JSON.stringify([pending?.keys, pending?.hosts]);
  if (update.data?.isApplied && (!pending?.isChanged || difference === applied))
    return (
      <div className="notice good" role="status">
        The production goes on with its file as it is now.
      </div>
    );
  if (!pending?.isChanged && !pending?.error) return null;
  if (pending.error)
    return (
      <div className="notice bad">
        <p>
          <strong>The production file has changed, and cannot be run as it is.</strong> What runs
          goes on.
        </p>
        <pre>
          <Text>{pending.error}</Text>
        </pre>
      </div>
    );
  return (
    <div className="notice doubtful">
      <p>
        <strong>The production file has changed</strong>
        {file && (
          <>
            {' '}
            (<code>{file}</code>)
          </>
        )}
        . What runs does not follow it yet.
      </p>
      <ul>
        {pending.keys.map((key) => (
          <li key={key}>
            <Text>{key}</Text>
          </li>
        ))}
        {pending.hosts.map(({ name, change, keys, isRestarted }) => (
          <li key={name}>
            <Name>{name}</Name> {change}
            {keys.length > 0 && (
              <>
                : <Text>{keys.join(', ')}</Text>
              </>
            )}
            {isRestarted && <span className="quiet"> (it is started anew)</span>}
          </li>
        ))}
      </ul>
      {pending.warnings !== '' && (
        <pre className="quiet">
          <Text>{pending.warnings}</Text>
        </pre>
      )}
      {may('operator') && (
        <div className="row">
          <button
            type="button"
            className="primary"
            disabled={update.isPending}
            onClick={() => {
              setApplied(difference);
              update.mutate({ body: { isDryRun: false, isReset } });
            }}
          >
            Apply
          </button>
          <label className="row">
            <input
              type="checkbox"
              checked={isReset}
              onChange={(event) => setReset(event.target.checked)}
            />
            <span>also enable and start what an operator has disabled or stopped</span>
          </label>
        </div>
      )}
      {update.error && <Failure error={update.error} doing="The update was refused" />}
    </div>
  );
}
