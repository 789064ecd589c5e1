import { useState } from 'react';
import type { Input } from '../../src/client.ts';
import { useAct } from '../data/use-act.ts';
import { Dialog } from '../frame/dialog.tsx';
import { Failure } from '../frame/notices.tsx';
import { Name } from '../words/text.tsx';
import type { Host } from './production-page.tsx';

type Change = Input<'changeHost'>['params']['change'];

/** Start, stop, restart, enable, disable: those that change something as the host is now. */
export function HostActions({ host }: { readonly host: Host }) {
  const change = useAct('changeHost');
  const [isDisabling, setDisabling] = useState(false);
  const [reason, setReason] = useState('');

  function act(what: Change, why = ''): void {
    change.mutate({
      params: { name: host.name, change: what },
      body: why === '' ? {} : { reason: why },
    });
  }

  return (
    <div className="stack">
      <div className="row">
        {possible(host).map((what) => (
          <button
            key={what}
            type="button"
            disabled={change.isPending}
            onClick={() => (what === 'disable' ? setDisabling(true) : act(what))}
          >
            {words[what]}
          </button>
        ))}
        {change.isPending && (
          <span className="quiet" role="status">
            What is under way at it may end first…
          </span>
        )}
      </div>
      {change.error && <Failure error={change.error} doing="The host was not changed" />}
      <Dialog
        title={`Disable ${host.name}`}
        isOpen={isDisabling}
        onClose={() => setDisabling(false)}
      >
        <form
          method="dialog"
          onSubmit={(event) => {
            event.preventDefault();
            act('disable', reason.trim());
            setDisabling(false);
            setReason('');
          }}
        >
          <div className="body stack">
            <p>
              <Name>{host.name}</Name> stops and stays so through restarts, until it is enabled. Its
              messages are kept in its queue.
            </p>
            <label className="field">
              <span>Why (for whoever sees it next)</span>
              <input
                value={reason}
                maxLength={500}
                onChange={(event) => setReason(event.target.value)}
              />
            </label>
          </div>
          <div className="body row end">
            <button type="button" onClick={() => setDisabling(false)}>
              Cancel
            </button>
            <button type="submit" className="danger">
              Disable
            </button>
          </div>
        </form>
      </Dialog>
    </div>
  );
}

const words: Readonly<Record<Change, string>> = {
  start: 'Start',
  stop: 'Stop',
  restart: 'Restart',
  enable: 'Enable',
  disable: 'Disable…',
};

function possible({ state }: Host): readonly Change[] {
  if (state === 'disabled') return ['enable'];
  if (state === 'stopped') return ['start', 'disable'];
  if (state === 'error') return ['start', 'restart', 'disable'];
  return ['stop', 'restart', 'disable'];
}
