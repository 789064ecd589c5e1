import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useAct } from '../data/use-act.ts';
import { Failure, Waiting } from '../frame/notices.tsx';
import { Text } from '../words/text.tsx';
import { recall } from './where-to.ts';

/** Where the OpenID provider sends the browser back to: says so to the server, and goes on. */
export function OpenIdPage() {
  const { error, mutate } = useAct('openIdLogin');
  const [, go] = useLocation();
  const [given] = useState(() => new URLSearchParams(window.location.search));
  const isBegun = useRef(false);
  const [code, state, iss] = [given.get('code'), given.get('state'), given.get('iss')];

  useEffect(() => {
    if (isBegun.current) return;
    isBegun.current = true;
    // What is good once stays neither in the address nor in the history.
    window.history.replaceState(null, '', '/openid');
    if (code === null || state === null) return;
    mutate(
      { body: { code, state, ...(iss === null ? {} : { iss }) } },
      { onSuccess: () => go(recall(), { replace: true }) },
    );
  }, [code, state, iss, mutate, go]);

  const isRefused = code === null || state === null;
  return (
    <main className="sign-in">
      <div className="sheet">
        <header>
          <h1>Consort</h1>
        </header>
        <div className="body stack">
          {!isRefused && !error && <Waiting what="who you are" />}
          {error && <Failure error={error} doing="You are not logged in" />}
          {isRefused && (
            <div className="notice bad" role="alert">
              <p>
                <strong>You are not logged in</strong>
              </p>
              <p>
                The provider has let nobody in:{' '}
                <Text>{given.get('error') ?? 'it says not why'}</Text>
              </p>
            </div>
          )}
          {(isRefused || error) && (
            <button type="button" onClick={() => go('/', { replace: true })}>
              Back to the login
            </button>
          )}
        </div>
      </div>
    </main>
  );
}
