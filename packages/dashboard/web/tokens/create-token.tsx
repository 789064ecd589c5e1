import { useState } from 'react';
import type { Role } from '../../src/client.ts';
import { useAct } from '../data/use-act.ts';
import { Dialog } from '../frame/dialog.tsx';
import { Failure } from '../frame/notices.tsx';
import { RoleBoxes } from '../users/role-boxes.tsx';
import { Time } from '../words/time.tsx';

/** Makes a token, and shows it this once. */
export function CreateToken({ onClose }: { readonly onClose: () => void }) {
  const create = useAct('createToken');
  const [name, setName] = useState('');
  const [days, setDays] = useState(90);
  const [roles, setRoles] = useState<readonly Role[]>(['viewer']);
  return (
    <Dialog title="Create a token" isOpen onClose={onClose}>
      {create.data ? (
        <>
          <div className="body stack">
            <p>
              Copy it now: it cannot be shown again. It is good until{' '}
              <Time>{create.data.expiresAt}</Time>.
            </p>
            <label className="field">
              <span>Token</span>
              <textarea readOnly rows={2} value={create.data.token} />
            </label>
          </div>
          <footer>
            <button type="button" className="primary" onClick={onClose}>
              Close
            </button>
          </footer>
        </>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate({ body: { name, days, roles: [...roles] } });
          }}
        >
          <div className="body stack">
            <label className="field">
              <span>Name, by which the audit trail knows it</span>
              <input
                required
                maxLength={100}
                pattern="[\w.@\-]+"
                autoComplete="off"
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            </label>
            <label className="field">
              <span>Days it is good for, at most 366</span>
              <input
                type="number"
                required
                min={1}
                max={366}
                value={days}
                onChange={(event) => setDays(Number(event.target.value))}
              />
            </label>
            <RoleBoxes chosen={roles} onChange={setRoles} />
            {create.error && <Failure error={create.error} doing="The token was not created" />}
          </div>
          <div className="body row end">
            <button type="button" onClick={onClose}>
              Cancel
            </button>
            <button
              type="submit"
              className="primary"
              disabled={roles.length === 0 || create.isPending}
            >
              Create
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
