import type { Finding } from '../production.ts';

const widest = 100;

/**
 * Findings as text for a console: `file:line:column: error[CODE]: message`, the line it is about with a
 * caret, what to write instead, and where to read more. In the order of the file.
 * @param source the text of the file as `loadProduction` gave it, without secrets
 */
export function formatFindings(findings: readonly Finding[], source: string): string {
  const lines = source.split('\n');
  return findings
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map((finding) => formatFinding(finding, lines[finding.line - 1]))
    .join('\n');
}

function formatFinding(finding: Finding, line: string | undefined): string {
  const { file, column, severity, code, message, suggestion } = finding;
  const parts = [`${file}:${finding.line}:${column}: ${severity}[${code}]: ${printable(message)}`];
  if (line !== undefined && line.trim() !== '') parts.push(frame(finding, line));
  if (suggestion !== undefined) parts.push(`  write instead: ${printable(suggestion)}`);
  parts.push(`  more about it: production explain ${code}`);
  return `${parts.join('\n')}\n`;
}

function frame({ line, column }: Finding, text: string): string {
  const number = String(line).padStart(5);
  // Of a long line only what is around the mistake.
  const from = column > widest ? column - widest / 2 : 0;
  const part = printable(text.slice(from, from + widest));
  const caret = ' '.repeat(Math.max(0, column - 1 - from));
  return `${number} | ${part.trimEnd()}\n${' '.repeat(5)} | ${caret}^`;
}

// What a file says must not steer the terminal.
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}
