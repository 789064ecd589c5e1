import type { EventType } from '@consort/core';
import type { HostStatus, ProductionStatus } from '../status.ts';
import { html, type Html } from './html.ts';

/** How a state is meant; shown by a sign and a colour beside its word, never by the colour alone. */
export type Tone = 'good' | 'doubtful' | 'bad' | 'idle';

const signs: Readonly<Record<Tone, string>> = { good: '●', doubtful: '▲', bad: '✖', idle: '○' };

/** Writes a state: its sign and its word. */
export function state(tone: Tone, word: string): Html {
  return html`<span class="state ${tone}"
    ><span aria-hidden="true">${signs[tone]}</span> ${word}</span
  >`;
}

/** What the production does, and what that means for its images. */
export function productionWords(production: ProductionStatus): {
  readonly tone: Tone;
  readonly word: string;
  readonly meaning?: string;
} {
  const { status, heartbeat } = production;
  if (status === 'Running' && heartbeat === 'late') {
    return {
      tone: 'bad',
      word: 'Running, not answering',
      meaning:
        'It is recorded as Running, but has written no heartbeat: it hangs, was killed, or cannot write its record. ' +
        'Nothing recorded is lost; npx production status says more.',
    };
  }
  if (status === 'Running') return { tone: 'good', word: 'Running' };
  if (status === 'Stopped') {
    return {
      tone: 'idle',
      word: 'Stopped',
      meaning: 'Nothing is under way. Start it with npx production start.',
    };
  }
  if (status === 'Suspended') {
    return {
      tone: 'doubtful',
      word: 'Suspended',
      meaning: 'It was stopped with messages unfinished; they go on at the next start.',
    };
  }
  return {
    tone: 'bad',
    word: 'Troubled',
    meaning:
      'Its last run did not end as it should; what was unfinished goes on at the next start.',
  };
}

/** What a host does. The record keeps a host's last word, which is not believed when nobody runs it. */
export function hostWords(host: HostStatus, isAlive: boolean): { tone: Tone; word: string } {
  if (host.status === 'Removed') return { tone: 'doubtful', word: 'Not in the production' };
  if (host.status === 'Error') return { tone: 'bad', word: 'Error' };
  if (host.status === 'Stopped') return { tone: 'idle', word: 'Stopped' };
  if (!isAlive) return { tone: 'idle', word: 'Not running' };
  if (host.status === 'Starting') return { tone: 'doubtful', word: 'Starting' };
  if (host.retrying > 0) return { tone: 'doubtful', word: 'Running, retrying' };
  return { tone: 'good', word: 'Running' };
}

/** How an event of a type is meant. */
export function eventTone(type: EventType): Tone {
  if (type === 'Error' || type === 'Alert' || type === 'Assert') return 'bad';
  return type === 'Warning' ? 'doubtful' : 'idle';
}

/** Writes how long ago a time is, with the time itself for whoever points at it. */
export function ago(time: string, now: string): Html {
  return html`<time datetime="${time}" title="${clock(time)}">${age(time, now)} ago</time>`;
}

/** Writes the time that has passed: `4 s`, `3 min`, `2 h 5 min`, `3 d 4 h`. */
export function age(time: string, now: string): string {
  const seconds = Math.max(0, Math.floor((Date.parse(now) - Date.parse(time)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? `${hours} h ${minutes % 60} min`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Writes a time of an ISO 8601 string for people: `2026-08-25 14:03:11 UTC`. */
export function clock(time: string): string {
  return `${time.slice(0, 19).replace('T', ' ')} UTC`;
}

/** Writes a dotted name that breaks after a dot, not in the middle of a word. */
export function breakable(name: string): readonly Html[] {
  return name.split(/(?<=\.)/).map((word) => html`${word}<wbr />`);
}
