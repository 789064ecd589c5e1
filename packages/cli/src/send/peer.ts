import { EngineError, loadProduction, type Host } from '@consort/core';
import type { RequesterTls } from '@consort/dicom/requester';
import { isLocked } from '../data-directory.ts';
import { componentLoader } from '../load-component.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import type { PeerOptions } from './peer-options.ts';
import { tlsByOptions, tlsOfService, type ServiceTls } from './tls-of-peer.ts';

/** Whom to ask for an association, and as whom. */
export interface Peer {
  readonly host: string;
  readonly port: number;
  readonly calledAeTitle: string;
  readonly callingAeTitle: string;
  /** `IRIS at 127.0.0.1:2010`. */
  readonly name: string;
  /** Set when it is the DICOM service of this production. */
  readonly service?: string;
  /** Absent where plain DICOM is spoken. */
  readonly tls?: RequesterTls;
}

const ownAeTitle = 'CONSORT';

/**
 * Finds whom to talk to: `--to`, or else the production's only DICOM service, as the first peer it lets in.
 * Which of them speaks TLS, is said by the options or by the service's own setting.
 * @throws EngineError USAGE, PRODUCTION_NOT_FOUND, PRODUCTION_INVALID, TLS_FILES_UNFIT
 */
export async function findPeer(options: PeerOptions): Promise<Peer> {
  if (options.from !== undefined) checkAeTitle(options.from);
  if (options.to === undefined) return ownService(options);
  const address = parseAddress(options.to);
  const tls = await tlsByOptions(options);
  return named({ ...address, callingAeTitle: options.from ?? ownAeTitle, ...(tls && { tls }) });
}

/**
 * Reads `AET@HOST:PORT`; an IPv6 address stands in brackets.
 * @throws EngineError USAGE
 */
export function parseAddress(text: string): Pick<Peer, 'host' | 'port' | 'calledAeTitle'> {
  const match = /^(.+)@(\[[^\]]+\]|[^:@]+):(\d{1,5})$/.exec(text);
  const [, calledAeTitle = '', host = '', port = ''] = match ?? [];
  if (!match || Number(port) < 1 || Number(port) > 65_535) {
    throw new EngineError(
      'USAGE',
      `--to ${JSON.stringify(text)} is no address; write AET@HOST:PORT, like ORTHANC@127.0.0.1:4242`,
    );
  }
  checkAeTitle(calledAeTitle);
  return { calledAeTitle, host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/**
 * PS3.5 section 6.2: AE.
 * @throws EngineError USAGE for a text that is no AE title
 */
export function checkAeTitle(title: string): void {
  if (/^[\x20-\x5b\x5d-\x7e]{1,16}$/.test(title) && title.trim() !== '') return;
  throw new EngineError(
    'USAGE',
    `${JSON.stringify(title)} is no AE title: it has 1 to 16 printable ASCII characters without backslash`,
  );
}

async function ownService(options: PeerOptions): Promise<Peer> {
  const { productionFile } = locate(options);
  const { production, findings } = await loadProduction(productionFile, { ...componentLoader });
  if (!production) {
    const first = findings.find(({ severity }) => severity === 'error');
    throw new EngineError(
      'PRODUCTION_INVALID',
      `${productionFile} has mistakes (${first?.message ?? 'see production check'}), so its DICOM service is not known; ` +
        'run production check, or name the peer with --to AET@HOST:PORT',
    );
  }
  const services = production.hosts.filter(
    ({ componentName }) => componentName === 'dicom.tcp-service',
  );
  const [service] = services;
  if (!service || services.length > 1) {
    throw new EngineError(
      'USAGE',
      `${production.name} has ${services.length === 0 ? 'no DICOM service' : `several DICOM services (${services.map(({ name }) => name).join(', ')})`}; ` +
        'name the peer with --to AET@HOST:PORT',
    );
  }
  return peerOfService(service, options);
}

/**
 * A DICOM service of this production as the peer to talk to.
 * @param at where it listens; default: where a running one says that it does, else where the file says that it will
 * @throws EngineError USAGE, NOT_RUNNING, TLS_FILES_UNFIT
 */
export async function peerOfService(
  service: Host,
  options: PeerOptions,
  at?: Pick<Peer, 'port'>,
): Promise<Peer> {
  const settings = service.settings as unknown as ServiceSettings;
  const tls = settings.tls && (await tlsOfService(settings.tls, options));
  if (!tls && (await tlsByOptions(options))) {
    throw new EngineError(
      'USAGE',
      `${service.name} speaks plain DICOM (it has no tls); leave the --tls options out, or name another peer with --to AET@HOST:PORT`,
    );
  }
  return named({
    ...(at
      ? { host: reachable(settings.interface), port: at.port }
      : await listeningAt(options, service, settings)),
    calledAeTitle: firstTitle(settings.localAet),
    callingAeTitle: options.from ?? firstTitle([...settings.remoteAet, ...titlesOf(settings)]),
    service: service.name,
    ...(tls && { tls }),
  });
}

/** What `dicom.tcp-service` guarantees of its settings. */
interface ServiceSettings {
  readonly port: number;
  readonly interface: string;
  readonly localAet: readonly string[];
  readonly remoteAet: readonly string[];
  readonly peers?: readonly { readonly aet: string }[];
  readonly tls?: ServiceTls;
}

function titlesOf({ peers = [] }: ServiceSettings): readonly string[] {
  return peers.map(({ aet }) => aet);
}

/** Where the service of a running production says that it listens; else where its file says that it will. */
async function listeningAt(
  options: GlobalOptions,
  service: Host,
  settings: ServiceSettings,
): Promise<Pick<Peer, 'host' | 'port'>> {
  const { dataDirectory } = locate(options);
  const detail = isLocked(dataDirectory)
    ? await readRecord(options, async (reader) =>
        (await reader.hosts()).find(({ name }) => name === service.name),
      ).then(
        (host) => host?.detail,
        () => undefined,
      )
    : undefined;
  const port = Number(/^listens on \S*:(\d+) /.exec(detail ?? '')?.[1] ?? settings.port);
  if (port === 0) {
    throw new EngineError(
      'NOT_RUNNING',
      `${service.name} takes any free port, and the production is not running; start it: production start`,
    );
  }
  return { host: reachable(settings.interface), port };
}

/** An address to connect to where a server listens on all. */
function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}

function firstTitle(titles: readonly string[]): string {
  return titles.find((title) => title !== '*') ?? ownAeTitle;
}

function named(peer: Omit<Peer, 'name'>): Peer {
  return { ...peer, name: `${peer.calledAeTitle} at ${peer.host}:${peer.port}` };
}
