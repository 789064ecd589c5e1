import { EngineError, type MessageReader } from '@consort/core';
import type { Command } from 'commander';
import type { z } from 'zod';
import { requestControl } from '../control.ts';
import { connectionsJson } from '@consort/core/json';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions, Location } from '../location.ts';
import { readRecord } from '../record.ts';
import { print, printJson } from '../terminal/print.ts';
import { screen } from '../terminal/screen.ts';
import { style } from '../terminal/style.ts';
import { drawTable } from '../terminal/table.ts';
import { formatAge, formatTime } from '../terminal/time.ts';
import { wrap } from '../terminal/width.ts';

type Association = Output<'associations'>['associations'][number];
type Outgoing = Output<'associations'>['outgoing'][number];

const window = 86_400_000;
const most = 20;

/** Adds `production associations`. */
export function addAssociations(program: Command): void {
  program
    .command('associations')
    .description(
      'say who is connected now and with whom, on which contexts, and who was refused and why',
    )
    .option('--json', 'print JSON')
    .action(async (_options: object, command: Command) => {
      await associations(command.optsWithGlobals());
    });
}

async function associations(options: GlobalOptions & { readonly json?: true }): Promise<void> {
  const now = new Date();
  const found = await readRecord(options, (reader, location) =>
    readAssociations(reader, location, now),
  );
  if (options.json) printJson(found);
  else print(draw(found, now));
}

async function readAssociations(
  reader: MessageReader,
  location: Location,
  now: Date,
): Promise<Output<'associations'>> {
  const since = new Date(now.getTime() - window).toISOString();
  const [connected, ...refusals] = await Promise.all([
    connectedNow(location),
    reader.events({ code: 'ASSOCIATION_REFUSED', since, limit: most }),
    reader.events({ code: 'CONTEXT_REFUSED', since, limit: most }),
  ]);
  return {
    isAnswering: connected !== undefined,
    ...(connected ?? { associations: [], outgoing: [], silent: [] }),
    refusals: refusals
      .flat()
      .toSorted((a, b) => b.id - a.id)
      .slice(0, most),
  };
}

/** Only the running production knows; undefined when it does not answer. */
async function connectedNow({
  dataDirectory,
}: Location): Promise<z.output<typeof connectionsJson> | undefined> {
  try {
    return connectionsJson.parse(await requestControl(dataDirectory, 'associations'));
  } catch (error) {
    if (error instanceof EngineError && error.code === 'NOT_RUNNING') return undefined;
    throw error;
  }
}

function draw(all: Output<'associations'>, now: Date) {
  const { isAnswering, associations: found, outgoing, refusals } = all;
  const { width } = screen();
  return [
    ...(isAnswering
      ? found.length === 0
        ? ['nobody is connected']
        : [
            drawAssociations(found, now, width),
            ...found.flatMap((one) =>
              drawTerms(`${one.callingAeTitle}, port ${one.peerPort}`, one, width),
            ),
          ]
      : ['the production is down or does not answer: who is connected is not known']),
    ...(outgoing.length === 0
      ? []
      : [
          '',
          drawOutgoing(outgoing, now, width),
          ...outgoing.flatMap((one) =>
            drawTerms(`${one.calledAeTitle} at ${one.host}:${one.port}`, one, width),
          ),
        ]),
    ...(all.silent.length === 0
      ? []
      : ['', `not known of ${all.silent.join(', ')}: a handler keeps their thread busy`]),
    ...(refusals.length === 0
      ? []
      : [
          '',
          style('bold', 'Refused in the last 24 hours'),
          ...refusals.flatMap(({ time, text }) => wrap(`${formatTime(time)} ${text}`, width, '  ')),
        ]),
  ].join('\n');
}

function drawAssociations(found: readonly Association[], now: Date, width: number): string {
  return drawTable<Association>(
    [
      { head: 'Service', cell: ({ service }) => service, shrink: 'name' },
      { head: 'Calling', cell: ({ callingAeTitle }) => callingAeTitle },
      { head: 'Called', cell: ({ calledAeTitle }) => calledAeTitle },
      { head: 'Address', cell: ({ peerAddress }) => peerAddress },
      { head: 'For', cell: ({ since }) => formatAge(since, now), align: 'right' },
      { head: 'Images', cell: ({ images }) => String(images), align: 'right' },
      { head: 'TLS', cell: ({ tls }) => tls?.version ?? '-' },
    ],
    found,
    width,
  );
}

function drawOutgoing(found: readonly Outgoing[], now: Date, width: number): string {
  return drawTable<Outgoing>(
    [
      { head: 'Operation', cell: ({ operation }) => operation, shrink: 'name' },
      { head: 'Calling', cell: ({ callingAeTitle }) => callingAeTitle },
      { head: 'Called', cell: ({ calledAeTitle }) => calledAeTitle },
      { head: 'At', cell: ({ host, port }) => `${host}:${port}` },
      { head: 'For', cell: ({ since }) => formatAge(since, now), align: 'right' },
      { head: 'Images', cell: ({ images }) => String(images), align: 'right' },
      {
        head: 'Idle for',
        cell: ({ idleSince }) => (idleSince === undefined ? '-' : formatAge(idleSince, now)),
        align: 'right',
      },
      { head: 'TLS', cell: ({ tls }) => tls?.version ?? '-' },
    ],
    found,
    width,
  );
}

/** What does not fit into a table: the contexts, the peer's software and certificate. */
function drawTerms(
  name: string,
  { contexts, implementation, tls }: Pick<Association, 'contexts' | 'implementation' | 'tls'>,
  width: number,
): readonly string[] {
  const syntaxes = Map.groupBy(contexts, ({ transferSyntax }) => transferSyntax);
  const accepted = [...syntaxes].map(
    ([syntax, some]) => `${some.map(({ sopClass }) => sopClass).join(', ')} in ${syntax}`,
  );
  const words = [
    accepted.length > 0 ? accepted.join('; ') : 'no context accepted',
    ...(implementation === undefined ? [] : [`software ${implementation}`]),
    ...(tls?.subject === undefined ? [] : [`certificate ${tls.subject}`]),
  ];
  return ['', ...wrap(`${name}: ${words.join('; ')}`, width, '  ')];
}
