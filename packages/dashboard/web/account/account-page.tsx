import { useState } from 'react';
import { useAct } from '../data/use-act.ts';
import { useWho } from '../data/who.ts';
import { Empty, Failure, Waiting } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { PasswordField } from '../users/password-field.tsx';
import { Text } from '../words/text.tsx';

/** Whoever is logged in: what he may do, his password, his other sessions. */
export default function AccountPage() {
  const { user } = useWho();
  return (
    <Page title="My account">
      {!user ? (
        <Waiting what="who you are" />
      ) : user.how === 'local' ? (
        <Empty title="Nobody has to log in here">
          <p>
            The page is served to this machine alone. An account begins with{' '}
            <code>npx production user add</code>.
          </p>
        </Empty>
      ) : (
        <>
          <section className="sheet body" aria-label="Who you are">
            <dl className="facts">
              <dt>Name</dt>
              <dd>
                <Text>{user.name}</Text>
              </dd>
              <dt>Roles</dt>
              <dd>{user.roles.join(', ')}</dd>
            </dl>
          </section>
          {user.how === 'session' && <ChangePassword />}
          <OtherSessions />
        </>
      )}
    </Page>
  );
}

function ChangePassword() {
  const change = useAct('changePassword');
  const [password, setPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
  return (
    <form
      className="sheet"
      aria-label="Change password"
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(
          { body: { password, newPassword } },
          {
            onSuccess: () => {
              setPassword('');
              setNewPassword('');
            },
          },
        );
      }}
    >
      <header>
        <h2>Password</h2>
      </header>
      <div className="body stack">
        <label className="field">
          <span>Password as it is</span>
          <input
            type="password"
            autoComplete="current-password"
            required
            maxLength={1000}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <PasswordField label="New password" value={newPassword} onChange={setNewPassword} />
        <div className="row">
          <button type="submit" className="primary" disabled={change.isPending}>
            Change password
          </button>
          {change.data && <span role="status">Changed. Your other sessions have ended.</span>}
        </div>
        {change.error && <Failure error={change.error} doing="The password was not changed" />}
      </div>
    </form>
  );
}

function OtherSessions() {
  const end = useAct('endOtherSessions');
  return (
    <section className="sheet" aria-label="Other sessions">
      <header>
        <h2>Other sessions</h2>
      </header>
      <div className="body stack">
        <p>Wherever else you are logged in, in other browsers or on other machines.</p>
        <div className="row">
          <button type="button" disabled={end.isPending} onClick={() => end.mutate(undefined)}>
            End them
          </button>
          {end.data && (
            <span role="status">
              {end.data.ended === 0
                ? 'There were none.'
                : `${end.data.ended} ${end.data.ended === 1 ? 'has' : 'have'} ended.`}
            </span>
          )}
        </div>
        {end.error && <Failure error={end.error} doing="They were not ended" />}
      </div>
    </section>
  );
}
