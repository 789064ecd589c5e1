import { Link } from 'wouter';
import { useAct } from '../data/use-act.ts';
import { useWho } from '../data/who.ts';
import { Text } from '../words/text.tsx';

/** Who is logged in, and the way out; nothing where no login is asked for. */
export function UserMenu() {
  const { user } = useWho();
  const logout = useAct('logout');

  async function logOut(): Promise<void> {
    // Not a callback of the act: with the user this menu goes, and with it what it would have called.
    const { url } = await logout.mutateAsync(undefined);
    // At the provider too: else whoever comes next is let in with one press.
    if (url !== undefined) window.location.assign(url);
  }

  if (!user || (user.how !== 'session' && user.how !== 'openid')) return null;
  return (
    <div className="row">
      <Link
        href="/account"
        className="small"
        title={`My account: ${user.name}, ${user.roles.join(', ')}`}
      >
        <Text>{user.name}</Text>
      </Link>
      <button type="button" onClick={() => void logOut().catch(() => undefined)}>
        Log out
      </button>
    </div>
  );
}
