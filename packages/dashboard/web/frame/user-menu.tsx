import { Link } from 'wouter';
import { useAct } from '../data/use-act.ts';
import { useWho } from '../data/who.ts';
import { Text } from '../words/text.tsx';

/** Who is logged in, and the way out; nothing where no login is asked for. */
export function UserMenu() {
  const { user } = useWho();
  const logout = useAct('logout');
  if (!user || (user.how !== 'session' && user.how !== 'openid')) return null;
  return (
    <div className="row">
      <Link href="/account" className="small" title={`My account: ${user.roles.join(', ')}`}>
        <Text>{user.name}</Text>
      </Link>
      <button
        type="button"
        onClick={() =>
          logout.mutate(undefined, {
            // At the provider too: else whoever comes next is let in with one press.
            onSuccess: ({ url }) => url !== undefined && window.location.assign(url),
          })
        }
      >
        Log out
      </button>
    </div>
  );
}
