import type { ScenarioResult } from './run-scenario.ts';

/** The results as JUnit's XML, which CI systems read: one suite, one case for each scenario. */
export function junitOf(results: readonly ScenarioResult[]): string {
  const failures = results.filter(({ outcome }) => outcome === 'failed').length;
  const time = seconds(results.reduce((sum, { milliseconds }) => sum + milliseconds, 0));
  const cases = results.flatMap(({ file, name, milliseconds, differences }) => {
    const head = `  <testcase classname="${attribute(file)}" name="${attribute(name)}" time="${seconds(milliseconds)}"`;
    if (differences.length === 0) return [`${head}/>`];
    const [first = ''] = differences;
    return [
      `${head}>`,
      `    <failure message="${attribute(first.split('\n')[0] ?? '')}">${text(differences.join('\n'))}</failure>`,
      '  </testcase>',
    ];
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="production test" tests="${results.length}" failures="${failures}" errors="0" skipped="0" time="${time}">`,
    ...cases,
    '</testsuite>',
    '',
  ].join('\n');
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function text(value: string): string {
  // XML 1.0, section 2.2: other control characters have no place in it.
  const allowed = value.replaceAll(/[^\P{Cc}\n\t]/gu, '?');
  return allowed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function attribute(value: string): string {
  return text(value).replaceAll('"', '&quot;').replaceAll('\n', ' ');
}
