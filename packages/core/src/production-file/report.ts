import { LineCounter } from 'yaml';
import type { Finding } from '../production.ts';
import type { FindingCode } from './findings/finding-codes.ts';

/** Collects findings about one text by offset. */
export interface Report {
  readonly findings: readonly Finding[];
  error(code: FindingCode, at: number, message: string, suggestion?: string): void;
  warning(code: FindingCode, at: number, message: string, suggestion?: string): void;
  /** Says `file:line:column` of an offset. */
  place(at: number): string;
  /** Keeps a stretch of the text out of the source that is shown. */
  hide(from: number, to: number): void;
  /** The text with everything hidden replaced by bullets, character for character. */
  shown(): string;
}

/** Begins a report about a text; `file` is what findings name it. */
export function reportOn(file: string, text: string): Report {
  const lines = lineCounterOf(text);
  const findings: Finding[] = [];
  const hidden: (readonly [number, number])[] = [];

  function adder(severity: Finding['severity']): Report['error'] {
    return (code, at, message, suggestion) => {
      const { line, col } = lines.linePos(at);
      const found = { severity, code, file, line, column: col, message };
      findings.push(suggestion === undefined ? found : { ...found, suggestion });
    };
  }

  return {
    findings,
    error: adder('error'),
    warning: adder('warning'),
    place(at) {
      const { line, col } = lines.linePos(at);
      return `${file}:${line}:${col}`;
    },
    hide: (from, to) => hidden.push([from, to]),
    shown() {
      let result = text;
      for (const [from, to] of hidden) {
        const bullets = result.slice(from, to).replace(/\S/g, '•');
        result = result.slice(0, from) + bullets + result.slice(to);
      }
      return result;
    },
  };
}

function lineCounterOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    lines.addNewLine(at + 1);
  }
  return lines;
}
