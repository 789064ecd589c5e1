import { useId } from 'react';
import type { Role } from '../../src/client.ts';

const meanings: Readonly<Record<Role, string>> = {
  viewer: 'sees hosts, messages and events, without patient data',
  'phi-reader': 'sees patient data too',
  operator: 'acts on hosts and messages',
  admin: 'may do everything, and says who else may do what',
};

/** The roles by their names. */
const roles = Object.keys(meanings) as readonly Role[];

/** Which roles somebody is to have, each with what it may. */
export function RoleBoxes({
  chosen,
  onChange,
}: {
  readonly chosen: readonly Role[];
  readonly onChange: (roles: readonly Role[]) => void;
}) {
  const id = useId();
  return (
    <fieldset>
      <legend>Roles</legend>
      {roles.map((role) => (
        <label key={role} className="row">
          <input
            type="checkbox"
            name={`${id}-role`}
            checked={chosen.includes(role)}
            onChange={({ target: { checked } }) =>
              onChange(roles.filter((one) => (one === role ? checked : chosen.includes(one))))
            }
          />
          <span>
            <strong>{role}</strong> <span className="quiet">{meanings[role]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
