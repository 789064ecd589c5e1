import { execFileSync } from 'node:child_process';

/** Runs a script beside pydicom, warnings off, and returns what it prints as JSON. */
export function pydicom(script: string, input?: unknown): any {
  const output = execFileSync(
    '/usr/bin/python3',
    ['-c', `import json, sys, warnings, pydicom\nwarnings.simplefilter('ignore')\n${script}`],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      input: JSON.stringify(input ?? null),
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  return JSON.parse(output);
}

/** The four ways of PS3.5 annex A to encode the elements of a data set. */
export const syntaxes = {
  implicit: '1.2.840.10008.1.2',
  explicit: '1.2.840.10008.1.2.1',
  deflated: '1.2.840.10008.1.2.1.99',
  bigEndian: '1.2.840.10008.1.2.2',
} as const;
