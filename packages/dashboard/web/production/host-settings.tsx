import { Fragment } from 'react';
import { Text } from '../words/text.tsx';
import type { Host } from './production-page.tsx';

type Setting = Host['settings'][number];

/** The settings in force, each with where its value comes from. */
export function HostSettings({ host }: { readonly host: Host }) {
  return (
    <div className="stack settings">
      <Table title="Settings" settings={host.settings} />
      <OfEngine engine={host.engine} />
    </div>
  );
}

function Table({
  title,
  settings,
}: {
  readonly title: string;
  readonly settings: readonly Setting[];
}) {
  if (settings.length === 0) return null;
  return (
    <table>
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Value</th>
          <th scope="col">From</th>
        </tr>
      </thead>
      <tbody>
        {settings.map(({ name, value, from, place }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <code>
                <Text>{written(value)}</Text>
              </code>
            </td>
            <td className="quiet">
              {from}
              {place && <span className="small block">{place.split('/').at(-1)}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What the engine itself has of the host. */
function OfEngine({ engine }: { readonly engine: Host['engine'] }) {
  const entries = Object.entries(engine);
  if (entries.length === 0) return null;
  return (
    <div>
      <h3>Of the engine</h3>
      <dl className="facts">
        {entries.map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              <Text>{value}</Text>
            </dd>
          </Fragment>
        ))}
      </dl>
    </div>
  );
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
