import type { Command } from 'commander';
import { spaceInWords } from '../disk-space.ts';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions } from '../location.ts';
import { hasArrived, readStatus } from '../read-status.ts';
import { readRecord } from '../record.ts';
import { print, printJson } from '../terminal/print.ts';
import { screen } from '../terminal/screen.ts';
import { style } from '../terminal/style.ts';
import { drawTable } from '../terminal/table.ts';
import { formatAge, formatTime } from '../terminal/time.ts';
import { wrap } from '../terminal/width.ts';

type Status = Output<'status'>;
type Host = Status['hosts'][number];

/** Adds `production status`. */
export function addStatus(program: Command): void {
  program
    .command('status')
    .description('say what runs, since when, what waits, what failed and who was refused')
    .option('--json', 'print JSON')
    .action(async (_options: object, command: Command) => {
      await status(command.optsWithGlobals());
    });
}

async function status(options: GlobalOptions & { readonly json?: true }): Promise<void> {
  const now = new Date();
  const found = await readRecord(options, (reader, location) => readStatus(reader, location, now));
  if (options.json) printJson(found);
  else print(drawStatus(found, now));
}

function drawStatus(found: Status, now: Date): string {
  const { width } = screen();
  const { production, disk, lastBackup, redis, endpoints, hosts, alerts, refusals } = found;
  return [
    ...wrap(describeProduction(production, now), width, '  '),
    // Of one that does not run there is nothing more to say.
    ...(production.state === 'Running' && !production.ready
      ? wrap(`  ${style('red', 'not ready')}: ${production.reasons.join('; ')}`, width, '  ')
      : []),
    ...(production.state === 'Running' && redis.status !== 'unknown'
      ? [`  Redis ${describeRedis(redis, now)}`]
      : []),
    ...Object.entries(endpoints).map(([name, url]) => `  ${name} ${url}`),
    ...wrap(`  data in ${production.dataDirectory}: ${spaceInWords(disk)}`, width, '  '),
    ...(lastBackup
      ? [`  last backup ${formatAge(lastBackup.time, now)} ago, to ${lastBackup.directory}`]
      : []),
    '',
    drawHosts(hosts, now),
    ...drawDetails(hosts, width),
    ...drawAlerts(alerts, width),
    ...drawRefusals(refusals, width),
  ].join('\n');
}

function describeProduction(production: Status['production'], now: Date): string {
  const { name, state, explanation, since, isAnswering, pid } = production;
  const colour = state === 'Running' && isAnswering ? 'green' : state === 'Stopped' ? 'dim' : 'red';
  const when = since
    ? `${isAnswering || pid ? 'since' : 'last alive'} ${formatTime(since)} (${formatAge(since, now)}${isAnswering || pid ? '' : ' ago'})`
    : undefined;
  const words = [
    style(colour, state),
    when,
    pid === undefined ? undefined : `process ${pid}`,
    isAnswering && production.heartbeatAt
      ? `last heartbeat ${formatAge(production.heartbeatAt, now)} ago`
      : undefined,
    explanation,
  ];
  return `${style('bold', name)}  ${words.filter((word) => word !== undefined).join(', ')}`;
}

function describeRedis({ status: state, url, since }: Status['redis'], now: Date): string {
  const words = state === 'connected' ? 'connected' : style('red', state);
  const when = since ? ` since ${formatTime(since)} (${formatAge(since, now)})` : '';
  return `${words}${when}${url ? `, ${url}` : ''}`;
}

function drawHosts(hosts: readonly Host[], now: Date): string {
  return drawTable<Host>(
    [
      { head: 'Host', cell: ({ name }) => name, shrink: 'name' },
      { head: 'Status', cell: ({ status: state }) => state },
      { head: 'Queued', cell: ({ queue }) => String(queue.queued), align: 'right' },
      { head: 'In progress', cell: ({ queue }) => String(queue.delivered), align: 'right' },
      { head: 'Retrying', cell: ({ queue }) => String(queue.retrying), align: 'right' },
      {
        head: 'Oldest wait',
        cell: ({ queue }) => (queue.oldestQueuedAt ? formatAge(queue.oldestQueuedAt, now) : '-'),
        align: 'right',
      },
      { head: 'Failed', cell: ({ queue }) => String(queue.failed), align: 'right' },
    ],
    hosts,
    screen().width,
  );
}

/** What does not fit into a table: what hosts listen on or why they do not, and their last errors. */
function drawDetails(hosts: readonly Host[], width: number): readonly string[] {
  const lines = hosts.flatMap(({ name, detail, status: state, queue: { lastError } }) => [
    ...(detail
      ? wrap(`${name}: ${state === 'Error' ? style('red', detail) : detail}`, width, '  ')
      : []),
    ...(lastError
      ? wrap(
          `${name}: last error ${formatTime(lastError.time)}, message ${lastError.messageId}: ` +
            style('red', `${lastError.code}: ${lastError.text}`),
          width,
          '  ',
        )
      : []),
  ]);
  return lines.length > 0 ? ['', ...lines] : [];
}

function drawAlerts(alerts: Status['alerts'], width: number): readonly string[] {
  if (alerts.length === 0) return [];
  return [
    '',
    style('bold', 'Alerts'),
    ...alerts.flatMap((alert) => {
      const { startedAt, endedAt, text, messages } = alert;
      const over = endedAt === undefined ? '' : `, over since ${formatTime(endedAt)}`;
      const line = `${formatTime(startedAt)} ${style('red', text)}${over}`;
      const told = hasArrived(alert)
        ? ''
        : `; not all have been told: production why ${messages.join(', production why ')}`;
      return wrap(`${line}${told}`, width, '  ');
    }),
  ];
}

function drawRefusals(refusals: Status['refusals'], width: number): readonly string[] {
  if (refusals.length === 0) return [];
  return [
    '',
    style('bold', 'Associations refused in the last hour'),
    ...refusals.flatMap(({ time, text }) => wrap(`${formatTime(time)} ${text}`, width, '  ')),
  ];
}
