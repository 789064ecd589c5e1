import { findingCodes } from '@consort/core';

const begin = '<!-- The tables are made of packages/core/src/production-file/findings. -->';

/** `docs/check.md` with its table as the codes are: what stands above it stays as it is written. */
export function checkPage(text: string): string {
  const [above = ''] = text.split(begin);
  const rows = Object.entries(findingCodes).map(
    ([code, { severity, meaning, why, remedy }]) =>
      `| \`${code}\` | ${severity} | ${cell(meaning)} | ${cell(why)} | ${cell(remedy)} |`,
  );
  const head = [
    '| Code | | What it means | Why it matters | What to do |',
    '|---|---|---|---|---|',
  ];
  return [`${above}${begin}`, '', ...head, ...rows, ''].join('\n');
}

function cell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll('{ }', '`{ }`')
    .replace(/\$\{[^}]*\}/g, '`$&`');
}
