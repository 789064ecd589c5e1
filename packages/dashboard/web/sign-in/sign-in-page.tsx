import { useState } from 'react';
import { useAct } from '../data/use-act.ts';
import { useWho } from '../data/who.ts';
import { Failure } from '../frame/notices.tsx';
import { OpenIdButton } from './open-id-button.tsx';

/** The log-in, where the production asks for one. */
export function SignInPage() {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const login = useAct('login');
  const { openId } = useWho();
  return (
    <main className="sign-in">
      <form
        className="sheet"
        onSubmit={(event) => {
          event.preventDefault();
          login.mutate({ body: { name, password } });
        }}
      >
        <header>
          <h1>Consort</h1>
        </header>
        <div className="body stack">
          <label className="field">
            <span>Name</span>
            <input
              name="username"
              autoComplete="username"
              required
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
          <label className="field">
            <span>Password</span>
            <input
              name="password"
              type="password"
              autoComplete="current-password"
              required
              maxLength={1000}
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </label>
          <button type="submit" className="primary" disabled={login.isPending}>
            Log in
          </button>
          {login.error && <Failure error={login.error} doing="You are not logged in" />}
          {openId && <OpenIdButton label={openId.label} />}
        </div>
      </form>
    </main>
  );
}
