import { useState } from 'react';
import type { Output } from '../../src/client.ts';
import { useAct } from '../data/use-act.ts';
import { useAnswer } from '../data/use-answer.ts';
import { Answered } from '../frame/answered.tsx';
import { Dialog } from '../frame/dialog.tsx';
import { Empty, Failure } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { State } from '../words/state.tsx';
import { Text } from '../words/text.tsx';
import { Time } from '../words/time.tsx';
import { CreateToken } from './create-token.tsx';

type Token = Output<'tokens'>['tokens'][number];

/** The tokens by which programs call the API. */
export default function TokensPage() {
  const query = useAnswer('tokens', undefined as never);
  const [isCreating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<Token>();
  return (
    <Page
      title="Tokens"
      lead="By which programs call the API. What a token is stands nowhere; it is shown once, when it is made."
      actions={
        <button type="button" className="primary" onClick={() => setCreating(true)}>
          Create a token…
        </button>
      }
    >
      <Answered query={query} what="the tokens">
        {({ tokens }) =>
          tokens.length === 0 ? (
            <Empty title="There are no tokens" />
          ) : (
            <div className="sheet scroll" role="region" aria-label="Tokens" tabIndex={0}>
              <table className="cards">
                <thead>
                  <tr>
                    <th scope="col">Id</th>
                    <th scope="col">Name</th>
                    <th scope="col">Roles</th>
                    <th scope="col">Made</th>
                    <th scope="col">Good until</th>
                    <th scope="col">Change</th>
                  </tr>
                </thead>
                <tbody>
                  {tokens.map((token) => (
                    <tr key={token.id}>
                      <th scope="row" data-title="Id">
                        <code>{token.id}</code>
                      </th>
                      <td data-title="Name">
                        <Text>{token.name}</Text>
                      </td>
                      <td data-title="Roles">{token.roles.join(', ')}</td>
                      <td data-title="Made">
                        <Time>{token.createdAt}</Time>
                      </td>
                      <td data-title="Good until">
                        <span className="row">
                          <Time>{token.expiresAt}</Time>
                          {Date.parse(token.expiresAt) <= Date.now() && (
                            <State tone="bad" word="Expired" />
                          )}
                        </span>
                      </td>
                      <td data-title="Change">
                        <button type="button" className="danger" onClick={() => setRevoking(token)}>
                          Revoke…
                        </button>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answered>
      {isCreating && <CreateToken onClose={() => setCreating(false)} />}
      {revoking && <RevokeToken token={revoking} onClose={() => setRevoking(undefined)} />}
    </Page>
  );
}

function RevokeToken({ token, onClose }: { readonly token: Token; readonly onClose: () => void }) {
  const revoke = useAct('revokeToken');
  return (
    <Dialog title={`Revoke the token ${token.name}`} isOpen onClose={onClose}>
      <div className="body stack">
        <p>Whatever calls the API with it is refused from now on.</p>
        {revoke.error && <Failure error={revoke.error} doing="The token was not revoked" />}
      </div>
      <footer>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="danger"
          disabled={revoke.isPending}
          onClick={() => revoke.mutate({ params: { id: token.id } }, { onSuccess: onClose })}
        >
          Revoke
        </button>
      </footer>
    </Dialog>
  );
}
