import type { LoggedEvent } from '@consort/core';
import type { Status } from '../status.ts';
import { html, type Html } from './html.ts';
import { ago, breakable, clock, eventTone, state } from './words.ts';

/** Writes the associations and presentation contexts refused in the last hour. */
export function refusals({ refusals: refused, time }: Status): Html {
  return section(
    'refusals',
    'Refusals',
    'Associations and presentation contexts refused in the last hour, newest first',
    refused,
    time,
    'None in the last hour.',
  );
}

/** Writes the last events. */
export function events({ events: last, time }: Status): Html {
  return section('events', 'Events', 'The last 20, newest first', last, time, 'None yet.');
}

function section(
  id: string,
  title: string,
  caption: string,
  entries: readonly LoggedEvent[],
  now: string,
  none: string,
): Html {
  if (entries.length === 0) {
    return html`<section id="${id}">
      <h2>${title}</h2>
      <p class="quiet">${none}</p>
    </section>`;
  }
  return html`<section id="${id}">
    <h2>${title}</h2>
    <table role="table" class="log">
      <caption>
        ${caption}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${['When', 'Type', 'What', 'Host'].map(
            (column) => html`<th role="columnheader" scope="col">${column}</th>`,
          )}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${entries.map((event) => row(event, now))}
      </tbody>
    </table>
  </section>`;
}

function row(event: LoggedEvent, now: string): Html {
  return html`<tr role="row">
    <td role="cell" class="when">
      ${ago(event.time, now)}<span class="quiet">${clock(event.time)}</span>
    </td>
    <td role="cell">${state(eventTone(event.type), event.type)}</td>
    <td role="cell" class="text"><code>${event.code}</code> <bdi>${event.text}</bdi></td>
    <td role="cell">
      <bdi>${breakable(event.host ?? 'the production')}</bdi
      ><span class="quiet">${subject(event)}</span>
    </td>
  </tr>`;
}

function subject({ sessionId, messageId }: LoggedEvent): string {
  return [
    ...(sessionId === undefined ? [] : [`session ${sessionId}`]),
    ...(messageId === undefined ? [] : [`message ${messageId}`]),
  ].join(', ');
}
