import { Text } from '../words/text.tsx';
import type { Host } from './production-page.tsx';

type Setting = Host['settings'][number];

/** The settings in force, each with where its value comes from. */
export function HostSettings({ host }: { readonly host: Host }) {
  return (
    <div className="stack settings">
      <Table title="Settings" settings={host.settings} />
      <Table title="Of the engine" settings={host.engine} />
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

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
