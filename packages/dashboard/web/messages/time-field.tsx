/** A time in the viewer's zone; its value is ISO 8601, UTC, or nothing. */
export function TimeField({
  title,
  value,
  onChange,
}: {
  readonly title: string;
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label className="field">
      <span>{title}</span>
      <input
        type="datetime-local"
        value={value === undefined ? '' : inZone(value)}
        onChange={(event) => {
          const time = new Date(event.target.value);
          onChange(Number.isNaN(time.getTime()) ? '' : time.toISOString());
        }}
      />
    </label>
  );
}

function inZone(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
