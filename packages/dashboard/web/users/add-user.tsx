import { useState } from 'react';
import type { Role } from '../../src/client.ts';
import { useAct } from '../data/use-act.ts';
import { Dialog } from '../frame/dialog.tsx';
import { Failure } from '../frame/notices.tsx';
import { PasswordField } from './password-field.tsx';
import { RoleBoxes } from './role-boxes.tsx';

/** Adds a user with his first password. */
export function AddUser({ onClose }: { readonly onClose: () => void }) {
  const add = useAct('addUser');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [roles, setRoles] = useState<readonly Role[]>(['viewer']);
  return (
    <Dialog title="Add a user" isOpen onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate({ body: { name, password, roles: [...roles] } }, { onSuccess: onClose });
        }}
      >
        <div className="body stack">
          <label className="field">
            <span>Name: letters, digits, and . @ _ -</span>
            <input
              required
              maxLength={100}
              pattern="[\w.@\-]+"
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
          <PasswordField label="First password" value={password} onChange={setPassword} />
          <RoleBoxes chosen={roles} onChange={setRoles} />
          {add.error && <Failure error={add.error} doing="The user was not added" />}
        </div>
        <div className="body row end">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="primary" disabled={roles.length === 0 || add.isPending}>
            Add
          </button>
        </div>
      </form>
    </Dialog>
  );
}
