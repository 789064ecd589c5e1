import { useState } from 'react';
import { Link } from 'wouter';
import { useAct } from '../data/use-act.ts';
import { useAnswer } from '../data/use-answer.ts';
import { useWho } from '../data/who.ts';
import { Answered } from '../frame/answered.tsx';
import { Empty, Failure } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { State } from '../words/state.tsx';
import { Text } from '../words/text.tsx';
import { AddUser } from './add-user.tsx';
import { ChangeUser, type User, type UserChange } from './change-user.tsx';

/** Who may log in, and what they may do. */
export default function UsersPage() {
  const query = useAnswer('users', undefined as never);
  const { user } = useWho();
  const [isAdding, setAdding] = useState(false);
  const [changing, setChanging] = useState<{ user: User; change: UserChange }>();
  const unlock = useAct('unlockUser');
  return (
    <Page
      title="Users"
      lead="Who may log in with a name and a password, and what they may do."
      actions={
        <button type="button" className="primary" onClick={() => setAdding(true)}>
          Add a user…
        </button>
      }
    >
      {user?.how === 'local' && (
        <div className="notice">
          <p>
            Nobody has to log in at this page, because the production was started without users. As
            soon as there is one, everybody has to log in from the next start on.
          </p>
        </div>
      )}
      {unlock.error && <Failure error={unlock.error} doing="The user was not unlocked" />}
      <Answered query={query} what="the users">
        {({ users }) =>
          users.length === 0 ? (
            <Empty title="There are no users">
              <p>
                The page is served to this machine alone. Programs call it with{' '}
                <Link href="/tokens">tokens</Link>.
              </p>
            </Empty>
          ) : (
            <UserTable
              users={users}
              onChange={(one, change) => setChanging({ user: one, change })}
              onUnlock={({ name }) => unlock.mutate({ params: { name } })}
            />
          )
        }
      </Answered>
      {isAdding && <AddUser onClose={() => setAdding(false)} />}
      {changing && <ChangeUser {...changing} onClose={() => setChanging(undefined)} />}
    </Page>
  );
}

function UserTable({
  users,
  onChange,
  onUnlock,
}: {
  readonly users: readonly User[];
  readonly onChange: (user: User, change: UserChange) => void;
  readonly onUnlock: (user: User) => void;
}) {
  return (
    <div className="sheet scroll" role="region" aria-label="Users" tabIndex={0}>
      <table className="cards">
        <thead>
          <tr>
            <th scope="col">User</th>
            <th scope="col">Roles</th>
            <th scope="col">State</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.name}>
              <th scope="row" data-title="User">
                <Text>{user.name}</Text>
              </th>
              <td data-title="Roles">{user.roles.join(', ')}</td>
              <td data-title="State">
                <State
                  tone={user.isLocked ? 'bad' : 'good'}
                  word={user.isLocked ? 'Locked' : 'May log in'}
                />
              </td>
              <td data-title="Change">
                <span className="row">
                  <button type="button" onClick={() => onChange(user, 'roles')}>
                    Roles…
                  </button>
                  <button type="button" onClick={() => onChange(user, 'password')}>
                    Password…
                  </button>
                  {user.isLocked ? (
                    <button type="button" onClick={() => onUnlock(user)}>
                      Unlock
                    </button>
                  ) : (
                    <button type="button" onClick={() => onChange(user, 'lock')}>
                      Lock…
                    </button>
                  )}
                  <button type="button" className="danger" onClick={() => onChange(user, 'remove')}>
                    Remove…
                  </button>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
