import { shortenName } from './shorten.ts';
import { padEnd } from './width.ts';

/** A bar on stderr that says how far something is. */
export interface ProgressBar {
  /** The next of the things to be done begins. */
  next(name: string): void;
  advance(amount: number): void;
  /** Takes the bar off the screen. */
  close(): void;
}

/** A bar for documents that are dealt with one by one; their number is known when it begins, which it may do again. */
export function documentProgress(name: string): {
  begin(documents: number, bytes: number): void;
  advance(bytes: number): void;
  close(): void;
} {
  let bar: ProgressBar | undefined;
  return {
    begin(documents, bytes) {
      bar?.close();
      bar = openProgressBar(documents, bytes);
    },
    advance(bytes) {
      bar?.next(name);
      bar?.advance(bytes);
    },
    close: () => bar?.close(),
  };
}

const barWidth = 24;
const pause = 50;

/**
 * Shows a progress bar where stderr is a terminal; elsewhere nothing.
 * @param total of what `advance` counts
 */
export function openProgressBar(count: number, total: number): ProgressBar {
  const stream = process.stderr;
  if (!stream.isTTY)
    return { next: () => undefined, advance: () => undefined, close: () => undefined };
  let done = 0;
  let index = 0;
  let name = '';
  let drawn = 0;

  function draw(): void {
    const now = Date.now();
    if (now - drawn < pause) return;
    drawn = now;
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const bar = padEnd('#'.repeat(Math.round(share * barWidth)), barWidth);
    const head = `[${bar}] ${String(Math.round(share * 100)).padStart(3)} % ${index}/${count} `;
    const room = Math.max(8, (stream.columns || 80) - head.length - 1);
    stream.write(`\r\u001b[K${head}${shortenName(name, room)}`);
  }

  return {
    next(of) {
      index += 1;
      name = of;
      draw();
    },
    advance(amount) {
      done += amount;
      draw();
    },
    close: () => void stream.write('\r\u001b[K'),
  };
}
