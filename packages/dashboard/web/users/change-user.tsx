import { useState, type ReactNode } from 'react';
import type { Output } from '../../src/client.ts';
import { useAct } from '../data/use-act.ts';
import { Dialog } from '../frame/dialog.tsx';
import { Failure } from '../frame/notices.tsx';
import { PasswordField } from './password-field.tsx';
import { RoleBoxes } from './role-boxes.tsx';

export type User = Output<'users'>['users'][number];

/** What can be done to a user. */
export type UserChange = 'roles' | 'password' | 'lock' | 'remove';

/** One change of a user in a dialog of its own. */
export function ChangeUser({
  user,
  change,
  onClose,
}: {
  readonly user: User;
  readonly change: UserChange;
  readonly onClose: () => void;
}) {
  const dialogs = {
    roles: ChangeRoles,
    password: ResetPassword,
    lock: LockUser,
    remove: RemoveUser,
  };
  const Chosen = dialogs[change];
  return <Chosen user={user} onClose={onClose} />;
}

interface Changed {
  readonly user: User;
  readonly onClose: () => void;
}

function ChangeRoles({ user, onClose }: Changed) {
  const change = useAct('changeRoles');
  const [roles, setRoles] = useState(user.roles);
  return (
    <Form
      title={`Roles of ${user.name}`}
      verb="Change roles"
      isReady={roles.length > 0 && !change.isPending}
      error={change.error}
      onClose={onClose}
      onSubmit={() =>
        change.mutate(
          { params: { name: user.name }, body: { roles: [...roles] } },
          { onSuccess: onClose },
        )
      }
    >
      <RoleBoxes chosen={roles} onChange={setRoles} />
    </Form>
  );
}

function ResetPassword({ user, onClose }: Changed) {
  const reset = useAct('resetPassword');
  const [password, setPassword] = useState('');
  return (
    <Form
      title={`Password of ${user.name}`}
      verb="Reset password"
      isReady={!reset.isPending}
      error={reset.error}
      onClose={onClose}
      onSubmit={() =>
        reset.mutate({ params: { name: user.name }, body: { password } }, { onSuccess: onClose })
      }
    >
      <p>Whoever is logged in as this user is logged out.</p>
      <PasswordField label="New password" value={password} onChange={setPassword} />
    </Form>
  );
}

function LockUser({ user, onClose }: Changed) {
  const lock = useAct('lockUser');
  return (
    <Form
      title={`Lock ${user.name}`}
      verb="Lock"
      isReady={!lock.isPending}
      error={lock.error}
      onClose={onClose}
      onSubmit={() => lock.mutate({ params: { name: user.name } }, { onSuccess: onClose })}
    >
      <p>
        Whoever is logged in as this user is logged out, and nobody can log in by this name until it
        is unlocked.
      </p>
    </Form>
  );
}

function RemoveUser({ user, onClose }: Changed) {
  const remove = useAct('removeUser');
  return (
    <Form
      title={`Remove ${user.name}`}
      verb="Remove"
      isReady={!remove.isPending}
      error={remove.error}
      onClose={onClose}
      onSubmit={() => remove.mutate({ params: { name: user.name } }, { onSuccess: onClose })}
    >
      <p>What this user has done and seen stays in the audit trail.</p>
    </Form>
  );
}

function Form({
  title,
  verb,
  isReady,
  error,
  onClose,
  onSubmit,
  children,
}: {
  readonly title: string;
  readonly verb: string;
  readonly isReady: boolean;
  readonly error: Error | null;
  readonly onClose: () => void;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}) {
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <div className="body stack">
          {children}
          {error && <Failure error={error} doing="The user was not changed" />}
        </div>
        <div className="body row end">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            className={verb === 'Lock' || verb === 'Remove' ? 'danger' : 'primary'}
            disabled={!isReady}
          >
            {verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
