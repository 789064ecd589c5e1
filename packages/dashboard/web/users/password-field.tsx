/** A password that somebody is to have: browsers offer to make one. */
export function PasswordField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label className="field">
      <span>{label}, at least 12 characters</span>
      <input
        type="password"
        autoComplete="new-password"
        required
        minLength={12}
        maxLength={1000}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
