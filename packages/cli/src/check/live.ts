import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { meaningOf, type Finding, type Host, type Production } from '@consort/core';
import { echoOperation } from '../send/echo-operation.ts';
import { foundAt } from './found-at.ts';

/** Milliseconds that each of them may take. */
const patience = 5_000;

/** One that was asked, and what it said. */
export interface LiveAnswer {
  /** `ORTHANC at 127.0.0.1:4242`, `redis://cache:6379`; no password. */
  readonly peer: string;
  /** The host and the setting, or the variable, that names it. */
  readonly of: string;
  readonly how: 'C-ECHO' | 'PING' | 'connection';
  readonly isThere: boolean;
  readonly text: string;
  readonly milliseconds: number;
  /** The doubt about one that is not there and stands in the file. */
  readonly finding?: Finding;
}

/**
 * Asks everybody whom the production talks to whether he is there, all at the same time: DICOM peers of operations by C-ECHO,
 * Redis by PING, any other server that a URL names by a connection.
 */
export async function askAll(
  production: Production,
  environment: NodeJS.ProcessEnv,
): Promise<readonly LiveAnswer[]> {
  const peers = production.hosts
    .filter(({ componentName }) => componentName === 'dicom.tcp-operation')
    .map((host) => ask(host.name, host.origins['host'], 'C-ECHO', () => echo(host)));
  const redis = environment['REDIS_URL'];
  const own = redis ? [askUrl('REDIS_URL', undefined, redis)] : [];
  const urls = production.hosts.flatMap((host) =>
    urlsOf(host).map(([setting, url]) =>
      askUrl(`${host.name} ${setting}`, host.origins[setting], url),
    ),
  );
  return (await Promise.all([...own, ...peers, ...urls])).filter((answer) => answer !== undefined);
}

interface Said {
  readonly peer: string;
  readonly text: string;
  readonly isThere: boolean;
}

async function ask(
  of: string,
  place: string | undefined,
  how: LiveAnswer['how'],
  asking: () => Promise<Said>,
): Promise<LiveAnswer> {
  const begin = performance.now();
  const said = await asking();
  const milliseconds = Math.round(performance.now() - begin);
  const answer = { ...said, of, how, milliseconds };
  if (said.isThere || place === undefined) return answer;
  const code = how === 'C-ECHO' ? 'PEER_NOT_THERE' : 'SERVER_NOT_THERE';
  return { ...answer, finding: foundAt(place, code, `${said.peer}: ${said.text}`) };
}

async function echo(host: Host): Promise<Said> {
  const { remoteAet, host: address, port } = host.settings;
  const peer = `${String(remoteAet)}@${String(address)}:${String(port)}`;
  return echoOperation(host, patience).then(
    ({ status }) => ({ peer, isThere: status === '0000', text: `answered ${status}` }),
    (error: Error) => ({ peer, isThere: false, text: error.message }),
  );
}

/** Settings that are a URL of a server, those that are a secret too. */
function urlsOf({ component, settings }: Host): readonly (readonly [string, string])[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    const isPath = meaningOf(component.settings.shape[name]) === 'path';
    return typeof value === 'string' && !isPath && /^[a-z][a-z0-9+.-]*:\/\/./i.test(value)
      ? [[name, value] as const]
      : [];
  });
}

async function askUrl(
  of: string,
  place: string | undefined,
  text: string,
): Promise<LiveAnswer | undefined> {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (/^redis(s|\+unix)?:$/.test(url.protocol)) return ask(of, place, 'PING', () => ping(text));
  const port = Number(url.port) || (usualPorts[url.protocol] ?? 0);
  if (port === 0) return undefined;
  const peer = `${url.protocol}//${url.hostname}:${port}`;
  return ask(of, place, 'connection', () => reach(peer, url, port));
}

const usualPorts: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'postgres:': 5432,
  'postgresql:': 5432,
  'mysql:': 3306,
  'mariadb:': 3306,
  'smtp:': 25,
  'smtps:': 465,
  'amqp:': 5672,
  'ldap:': 389,
  'ldaps:': 636,
};

async function ping(url: string): Promise<Said> {
  // Imported here: most checks ask no Redis.
  const { checkRedis, maskRedisUrl } = await import('@consort/redis');
  const peer = maskRedisUrl(url);
  return checkRedis(url, { wait: patience }).then(
    ({ product, version }) => ({ peer, isThere: true, text: `${product} ${version} answered` }),
    (error: Error) => ({ peer, isThere: false, text: error.message }),
  );
}

/** PostgreSQL is asked for more than a connection: it answers one byte to SSLRequest, before any login. */
async function reach(peer: string, { hostname, protocol }: URL, port: number): Promise<Said> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const signal = AbortSignal.timeout(patience);
  const isTls = /^(https|smtps|ldaps):$/.test(protocol);
  const socket = isTls
    ? connectTls({ host, port, servername: /[a-z]/i.test(host) ? host : '' })
    : connect({ host, port });
  try {
    await once(socket, isTls ? 'secureConnect' : 'connect', { signal });
    if (!protocol.startsWith('postgres')) return { peer, isThere: true, text: 'took a connection' };
    socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
    const [answer] = (await once(socket, 'data', { signal })) as [Buffer];
    const isThere = /^[SN]/.test(answer.toString('latin1', 0, 1));
    return {
      peer,
      isThere,
      text: isThere ? 'PostgreSQL answered' : 'answered, but not as PostgreSQL',
    };
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    const text =
      name === 'AbortError' ? `no answer within ${patience / 1000} s` : (code ?? message);
    return { peer, isThere: false, text };
  } finally {
    socket.destroy();
  }
}
