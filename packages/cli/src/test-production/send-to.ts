import { EngineError, noHost, type Host, type Production } from '@consort/core';
import { outgoingFile } from '../send/outgoing-file.ts';
import { failed, sendFiles, type SentFile } from '../send/send-files.ts';

/** To whom files go, and as whom. */
export interface Sending {
  /** A DICOM service of the production; default: its only one. */
  readonly to?: string;
  /** The calling AE title; default: the first that the service lets in. */
  readonly from?: string;
  /** The called AE title; default: the first that the service goes by. */
  readonly as?: string;
}

const nothing = { file: () => undefined, bytes: () => undefined };

/**
 * Sends files to a DICOM service of a production, with our own requester. A file that cannot be read is an outcome of
 * its own.
 * @throws EngineError NOT_FOUND, USAGE, and what keeps an association from coming about
 */
export async function sendTo(
  production: Production,
  ports: ReadonlyMap<string, number>,
  paths: readonly string[],
  { to, from, as }: Sending = {},
): Promise<readonly SentFile[]> {
  const service = serviceOf(production, to);
  const { localAet = [], remoteAet = [], peers = [] } = service.settings as ServiceSettings;
  const peer = {
    host: '127.0.0.1',
    port: ports.get(service.name) ?? 0,
    calledAeTitle: as ?? firstTitle(localAet),
    callingAeTitle: from ?? firstTitle([...remoteAet, ...peers.map(({ aet }) => aet)]),
    name: service.name,
  };
  const read = await Promise.all(
    paths.map((path) => outgoingFile(path).catch((error: unknown) => failed({ path }, error))),
  );
  const outgoing = read.flatMap((file) => ('dataSet' in file ? [file] : []));
  const sent = outgoing.length > 0 ? await sendFiles(peer, outgoing, nothing) : [];
  const unread = read.flatMap((file) => ('dataSet' in file ? [] : [file]));
  // In the order they were given, whatever association they went on.
  return [...sent, ...unread].toSorted((a, b) => paths.indexOf(a.path) - paths.indexOf(b.path));
}

interface ServiceSettings {
  readonly localAet?: readonly string[];
  readonly remoteAet?: readonly string[];
  readonly peers?: readonly { readonly aet: string }[];
}

function serviceOf({ name, hosts }: Production, to: string | undefined): Host {
  const services = hosts.filter(({ componentName }) => componentName === 'dicom.tcp-service');
  const found = to === undefined ? services : hosts.filter((host) => host.name === to);
  const [service] = found;
  if (!service && to !== undefined) throw noHost(to, hosts);
  if (service && found.length === 1) return service;
  const names = services.map((host) => host.name).join(', ');
  throw new EngineError(
    'USAGE',
    `${name} has ${services.length === 0 ? 'no DICOM service' : `several DICOM services (${names})`}; say to which host files go`,
  );
}

function firstTitle(titles: readonly string[]): string {
  return titles.find((title) => title !== '*') ?? 'CONSORT';
}
