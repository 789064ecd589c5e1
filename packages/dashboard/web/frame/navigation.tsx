import { Link, useLocation } from 'wouter';
import { useAnswer } from '../data/use-answer.ts';
import { useWho } from '../data/who.ts';
import { count } from '../words/size.ts';
import { places } from './places.ts';

/** The pages by groups; beside some of them, how many things wait there for somebody. */
export function Navigation({ isOpen }: { readonly isOpen: boolean }) {
  const [location] = useLocation();
  const { may } = useWho();
  const { data } = useAnswer('alerts', { query: { state: 'open', limit: 500 } });
  const status = useAnswer('status', undefined as never);
  const waiting: Readonly<Record<string, number>> = {
    '/alerts': data?.alerts.length ?? 0,
    '/suspended': status.data?.suspended ?? 0,
  };
  return (
    <nav id="navigation" className="side" aria-label="Pages" data-open={isOpen}>
      {places
        .filter(({ title }) => title !== 'Who' || may('admin'))
        .map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h2>{group.title}</h2>
            <ul>
              {group.places.map(({ path, title }) => (
                <li key={path}>
                  <Link href={path} aria-current={isAt(path, location) ? 'page' : undefined}>
                    {title}
                    {(waiting[path] ?? 0) > 0 && (
                      <span className="count">
                        {count(waiting[path] ?? 0)}
                        <span className="unseen"> waiting</span>
                      </span>
                    )}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
    </nav>
  );
}

/** A message's trace and document belong to the messages, a host to its production. */
function isAt(path: string, location: string): boolean {
  if (path === '/') return location === '/' || location.startsWith('/hosts/');
  if (path === '/messages' && /^\/(trace|documents)\//.test(location)) return true;
  return location === path || location.startsWith(`${path}/`);
}
