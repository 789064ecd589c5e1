import { useLocation } from 'wouter';
import { useAct } from '../data/use-act.ts';
import { Failure } from '../frame/notices.tsx';
import { Text } from '../words/text.tsx';
import { remember } from './where-to.ts';

/** The way to the OpenID provider, and by it back to the page that was asked for. */
export function OpenIdButton({ label }: { readonly label: string }) {
  const begin = useAct('beginOpenIdLogin');
  const [location] = useLocation();
  return (
    <>
      <button
        type="button"
        disabled={begin.isPending}
        onClick={() =>
          begin.mutate(undefined, {
            onSuccess: ({ url }) => {
              remember(location);
              window.location.assign(url);
            },
          })
        }
      >
        <span>
          Log in with <Text>{label}</Text>
        </span>
      </button>
      {begin.error && <Failure error={begin.error} doing="You are not logged in" />}
    </>
  );
}
