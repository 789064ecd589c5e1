import { hostname } from 'node:os';
import type { Doubt, SeenHost } from '@consort/core';
import { lets } from '../ae-title.ts';
import type { Peer } from '../peers/peers-setting.ts';
import type { ContextRule } from '../presentation-contexts.ts';
import type { TcpServiceSettings } from '../tcp-service.ts';

/** What is looked at of an operation. */
interface Destination {
  readonly host: string;
  readonly port: number;
  readonly localAet: string;
  readonly remoteAet: string;
  readonly transcode: string;
}

/**
 * What can never work between an operation and a service of the same file that it calls: an AE title that the service
 * refuses (PS3.8 section 9.3.4), presentation contexts none of which is in common with what is sent on (PS3.8 section 9.3.3.2).
 */
export function doubtsOfDestination(
  settings: Destination,
  hosts: readonly SeenHost[],
): readonly Doubt[] {
  return hosts
    .filter((service) => isCalled(service, settings))
    .flatMap((service) => [
      ...doubtsOfTitles(settings, service),
      ...doubtsOfContexts(settings, service, hosts),
    ]);
}

function isCalled({ componentName, settings }: SeenHost, { host, port }: Destination): boolean {
  if (componentName !== 'dicom.tcp-service' || settings['port'] !== port) return false;
  const { interface: address } = settings as unknown as TcpServiceSettings;
  const isHere = /^(localhost|127\..*|::1|0\.0\.0\.0)$/.test(host) || host === hostname();
  return address === host || (isHere && /^(localhost|127\..*|::1|0\.0\.0\.0|::)$/.test(address));
}

function doubtsOfTitles(
  { localAet: calling, remoteAet: called }: Destination,
  service: SeenHost,
): readonly Doubt[] {
  const { localAet, remoteAet, peers = [] } = service.settings as unknown as TcpServiceSettings;
  const callers = [...remoteAet, ...peers.map(({ aet }) => aet)];
  const doubts: Doubt[] = [];
  const doubt = (setting: string, message: string, suggestion: string | undefined) =>
    doubts.push({
      setting,
      code: 'AE_TITLE_REFUSED',
      message,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  if (!lets(localAet, called)) {
    const message = `${service.name} listens there as ${localAet.join(', ')} (${service.origin('localAet')}) and refuses associations for ${called}`;
    doubt('remoteAet', message, localAet[0]);
  }
  if (!lets(callers, calling)) {
    const message = `${service.name} listens there for ${callers.join(', ')} (${service.origin('remoteAet')}) and refuses associations from ${calling}`;
    doubt(
      'localAet',
      message,
      callers.find((title) => title !== '*'),
    );
  }
  return doubts;
}

function doubtsOfContexts(
  settings: Destination,
  service: SeenHost,
  hosts: readonly SeenHost[],
): readonly Doubt[] {
  const accepted = rulesFor(service, settings.localAet);
  const operation = hosts.find((host) => (host.settings as unknown) === settings);
  const sources = operation ? servicesInFrontOf(operation.name, hosts) : [];
  if (!accepted || sources.length === 0) return [];
  const sent = sources.map(rulesOf);
  // What comes in without rules, or from a folder, may be anything.
  if (sent.some((rules) => rules === undefined)) return [];
  const meets = sent
    .flatMap((rules) => rules ?? [])
    .some((one) => accepted.some((other) => canMeet(one, other, settings.transcode)));
  if (meets) return [];
  const names = sources.map(({ name }) => name).join(', ');
  const message = `${service.name} listens there (${service.origin('port')}) and accepts no presentation context of what ${names} takes in`;
  return [{ setting: 'port', code: 'CONTEXTS_NEVER_MEET', message }];
}

/** What a service accepts of one caller; undefined for all that its service classes have. */
function rulesFor({ settings }: SeenHost, aeTitle: string): readonly ContextRule[] | undefined {
  const { peers = [], presentationContexts } = settings as unknown as TcpServiceSettings;
  return contextsOf(peers.find(({ aet }) => aet === aeTitle)) ?? listed(presentationContexts);
}

/** What a service accepts of anybody; undefined where that may be anything. */
function rulesOf({ componentName, settings }: SeenHost): readonly ContextRule[] | undefined {
  if (componentName !== 'dicom.tcp-service') return undefined;
  const { peers = [], remoteAet, presentationContexts } = settings as unknown as TcpServiceSettings;
  const common = listed(presentationContexts);
  const each = [
    ...(remoteAet.length > 0 ? [common] : []),
    ...peers.map((peer) => contextsOf(peer) ?? common),
  ];
  if (each.some((rules) => rules === undefined)) return undefined;
  return each.flatMap((rules) => rules ?? []);
}

function contextsOf(peer: Peer | undefined): readonly ContextRule[] | undefined {
  return peer?.presentationContexts;
}

/** A file of contexts is read when the service starts, not by a check. */
function listed(
  given: TcpServiceSettings['presentationContexts'],
): readonly ContextRule[] | undefined {
  return Array.isArray(given) ? given : undefined;
}

function servicesInFrontOf(name: string, hosts: readonly SeenHost[]): readonly SeenHost[] {
  const names = new Set([name]);
  // What is added while it is gone through is gone through too.
  for (const behind of names) {
    for (const host of hosts) if (host.targets.includes(behind)) names.add(host.name);
  }
  return hosts.filter(({ name: own, kind }) => kind === 'service' && names.has(own));
}

function canMeet(sent: ContextRule, accepted: ContextRule, transcode: string): boolean {
  const isClass = [sent.sopClass, accepted.sopClass].includes('*');
  if (!isClass && sent.sopClass !== accepted.sopClass) return false;
  const { transferSyntaxes: own } = sent;
  const { transferSyntaxes: theirs } = accepted;
  if (!own || !theirs || transcode !== 'never') return true;
  return own.some((syntax) => theirs.includes(syntax));
}
