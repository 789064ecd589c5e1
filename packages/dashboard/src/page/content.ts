import type { ProductionStatus, Status } from '../status.ts';
import { events, refusals } from './events.ts';
import { hosts } from './hosts.ts';
import { html, type Html } from './html.ts';
import { age, ago, clock, productionWords, state, type Tone } from './words.ts';

/** Writes the part of the page that changes. */
export function renderContent(status: Status): Html {
  const { production } = status;
  if (!production) return nothingYet(status);
  return html`
    ${summary(status)} ${firstImage(status)} ${hosts(status)} ${refusals(status)} ${events(status)}
    <p class="quiet">Read from the record at ${clock(status.time)}.</p>
  `;
}

function summary({ production, time }: Status): Html {
  if (!production) return html``;
  const { name, status, startedAt, heartbeatAt, redis, recoveries } = production;
  const { tone, word, meaning } = productionWords(production);
  const isAlive = status === 'Running' && production.heartbeat === 'fresh';
  const began = isAlive ? startedAt : status === 'Running' ? heartbeatAt : undefined;
  return html`
    <h1><bdi>${name}</bdi></h1>
    <dl class="facts">
      ${fact('Production', html`${state(tone, word)} ${since(began, time)}`)}
      ${fact('Heartbeat', heartbeatAt ? ago(heartbeatAt, time) : html`never`)}
      ${fact('Redis', isAlive ? redisState(production, time) : state('idle', 'nobody looks'))}
      ${fact('Unclean ends survived', html`${recoveries}`)}
    </dl>
    ${note(tone, meaning)}
    ${note('doubtful', isAlive && redis.status === 'unavailable' ? redisAway : undefined)}
  `;
}

const redisAway =
  'Redis is away. Messages are recorded all the same and go on by themselves when it is back.';

function redisState({ redis }: ProductionStatus, now: string): Html {
  const tone = redis.status === 'connected' ? 'good' : 'doubtful';
  return html`${state(tone, redis.status)} ${since(redis.since, now)}`;
}

function fact(name: string, value: Html): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

function note(tone: Tone, text: string | undefined): Html {
  return text === undefined ? html`` : html`<p class="note ${tone}">${text}</p>`;
}

function since(time: string | undefined, now: string): Html {
  if (time === undefined) return html``;
  return html`<span class="since">
    since <time datetime="${time}">${clock(time)}</time>, ${age(time, now)}</span
  >`;
}

function nothingYet({ time }: Status): Html {
  return html`
    <h1>No production yet</h1>
    <div class="note idle">
      <p>No production has run on this record. Start one:</p>
      <p><code>npx production start productions/pacs-to-file/production.yaml</code></p>
    </div>
    <p class="quiet">Read from the record at ${clock(time)}.</p>
  `;
}

/** What to do while no image has come: where the doors are, and how to try them. */
function firstImage(status: Status): Html {
  const counts = status.hosts.flatMap((host) => [
    host.queued,
    host.inProgress,
    host.completed,
    host.failed,
    host.discarded,
  ]);
  if (status.hosts.length === 0 || counts.some((count) => count > 0)) return html``;
  const doors = status.hosts.filter(({ type, detail }) => type === 'BusinessService' && detail);
  return html`<div class="note idle">
    <p>No image has come yet. Send one from another terminal, then see where it went:</p>
    <p><code>npx production send FILE.dcm</code><br /><code>npx production trace last</code></p>
    ${doors.map(
      ({ name, detail }) =>
        html`<p>Or send from your PACS: <bdi>${name}</bdi>: <bdi>${detail}</bdi></p>`,
    )}
  </div>`;
}
