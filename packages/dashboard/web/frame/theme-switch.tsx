import { useTheme, type Theme } from './theme.ts';

const next: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const signs: Readonly<Record<Theme, string>> = { system: '◐', light: '☀', dark: '☾' };
const words: Readonly<Record<Theme, string>> = {
  system: 'as the system has it',
  light: 'light',
  dark: 'dark',
};

/** Goes from the system's colours to light, to dark, and back. */
export function ThemeSwitch() {
  const [theme, choose] = useTheme();
  const label = `Colours: ${words[theme]}. Change to ${words[next[theme]]}`;
  return (
    <button
      type="button"
      className="bare"
      aria-label={label}
      title={label}
      onClick={() => choose(next[theme])}
    >
      <span aria-hidden="true">{signs[theme]}</span>
    </button>
  );
}
