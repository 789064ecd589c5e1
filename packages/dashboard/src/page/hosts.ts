import type { HostStatus, Status } from '../status.ts';
import { html, type Html } from './html.ts';
import { age, ago, hostWords, state } from './words.ts';

const kinds = {
  BusinessService: 'service',
  BusinessProcess: 'process',
  BusinessOperation: 'operation',
  Unknown: 'host',
} as const;

/** Writes the table of hosts. Its roles are spelled out: on a narrow screen its rows are laid out as cards. */
export function hosts({ hosts: all, production, time }: Status): Html {
  const isAlive = production?.status === 'Running' && production.heartbeat === 'fresh';
  if (all.length === 0) {
    return html`<section id="hosts">
      <h2>Hosts</h2>
      <p class="quiet">The production has no host that started yet.</p>
    </section>`;
  }
  return html`<section id="hosts">
    <h2>Hosts</h2>
    <table role="table">
      <caption>
        Counts of messages, from the record
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${columns.map(
            ({ title, isNumber }) =>
              html`<th role="columnheader" scope="col" class="${isNumber ? 'number' : ''}">
                ${title}
              </th>`,
          )}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${all.map((host) => row(host, isAlive, time))}
      </tbody>
    </table>
  </section>`;
}

const columns = [
  { title: 'Host', isNumber: false },
  { title: 'Status', isNumber: false },
  { title: 'Queued', isNumber: true },
  { title: 'Oldest wait', isNumber: true },
  { title: 'In progress', isNumber: true },
  { title: 'Retrying', isNumber: true },
  { title: 'Completed', isNumber: true },
  { title: 'Failed', isNumber: true },
  { title: 'Discarded', isNumber: true },
  { title: 'Last error', isNumber: false },
] as const;

function row(host: HostStatus, isAlive: boolean, now: string): Html {
  const { tone, word } = hostWords(host, isAlive);
  const about = [kinds[host.type], host.component].filter((part) => part !== undefined).join(', ');
  const wait = host.oldestQueuedAt ? age(host.oldestQueuedAt, now) : '–';
  return html`<tr role="row">
    <th role="rowheader" scope="row">
      <bdi>${host.name}</bdi><span class="quiet"><bdi>${about}</bdi></span>
    </th>
    <td role="cell" data-title="Status">
      ${state(tone, word)}${host.detail ? html`<span class="quiet"><bdi>${host.detail}</bdi></span>` : ''}
    </td>
    ${number('Queued', host.queued)} ${number('Oldest wait', wait)}
    ${number('In progress', host.inProgress)} ${number('Retrying', host.retrying, 'doubtful')}
    ${number('Completed', host.completed)} ${number('Failed', host.failed, 'bad')}
    ${number('Discarded', host.discarded, 'doubtful')}
    <td role="cell" data-title="Last error" class="text">${lastError(host, now)}</td>
  </tr>`;
}

function number(title: string, value: number | string, tone?: 'bad' | 'doubtful'): Html {
  const weight = value === 0 || value === '–' ? 'none' : (tone ?? '');
  return html`<td role="cell" data-title="${title}" class="number ${weight}">${value}</td>`;
}

function lastError({ lastError: error }: HostStatus, now: string): Html {
  if (!error) return html`<span class="none">none</span>`;
  return html`<code>${error.code}</code> <bdi>${error.text}</bdi>
    <span class="quiet">message ${error.messageId}, ${ago(error.time, now)}</span>`;
}
