import type { HostStatus, Status } from '../status.ts';
import { html, type Html } from './html.ts';
import { age, ago, breakable, hostWords, state } from './words.ts';

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
      ${all.map((host) => rows(host, isAlive, time))}
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
] as const;

function rows(host: HostStatus, isAlive: boolean, now: string): Html {
  const { tone, word } = hostWords(host, isAlive);
  const about = [kinds[host.type], host.component].filter((part) => part !== undefined).join(', ');
  const wait = host.oldestQueuedAt ? age(host.oldestQueuedAt, now) : '–';
  return html`<tbody role="rowgroup">
    <tr role="row">
      <th role="rowheader" scope="row">
        <bdi>${breakable(host.name)}</bdi><span class="quiet"><bdi>${about}</bdi></span>
      </th>
      <td role="cell" data-title="Status">
        ${state(tone, word)}<span class="quiet"><bdi>${host.detail}</bdi></span>
      </td>
      ${number('Queued', host.queued)} ${number('Oldest wait', wait)}
      ${number('In progress', host.inProgress)} ${number('Retrying', host.retrying, 'doubtful')}
      ${number('Completed', host.completed)} ${number('Failed', host.failed, 'bad')}
      ${number('Discarded', host.discarded, 'doubtful')}
    </tr>
    ${lastError(host, now)}
  </tbody>`;
}

function number(title: string, value: number | string, tone?: 'bad' | 'doubtful'): Html {
  const weight = value === 0 || value === '–' ? 'none' : (tone ?? '');
  return html`<td role="cell" data-title="${title}" class="number ${weight}">${value}</td>`;
}

function lastError({ lastError: error }: HostStatus, now: string): Html {
  if (!error) return html``;
  const { code, text, messageId, time } = error;
  return html`<tr role="row" class="error">
    <td role="cell" colspan="${columns.length}">
      Last error, message ${messageId}, ${ago(time, now)}: <code>${code}</code> <bdi>${text}</bdi>
    </td>
  </tr>`;
}
