import { stat } from 'node:fs/promises';
import type { X509Certificate } from 'node:crypto';
import type { Host } from '@consort/core';
import { certificatesIn, readCredentials, subjectOf } from '@consort/dicom/requester';
import { fine, type Finding, type Patient } from './finding.ts';

/** Milliseconds: time enough to have a new certificate made. */
const soon = 30 * 86_400_000;

/** Looks at the files of every `tls`: can they be used, by whom, and for how long? */
export async function examineCertificates({
  production,
  now,
}: Patient): Promise<readonly Finding[]> {
  const secure = (production?.hosts ?? []).filter(({ settings }) => isTls(settings['tls']));
  return (await Promise.all(secure.map((host) => examineHost(host, now)))).flat();
}

interface Tls {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** What the tls of a DICOM host has. */
function isTls(value: unknown): value is Tls {
  const found = (value ?? {}) as Partial<Record<keyof Tls, unknown>>;
  return (['cert', 'key', 'ca'] as const).every((key) => typeof found[key] === 'string');
}

async function examineHost(host: Host, now: Date): Promise<readonly Finding[]> {
  const { name, settings, origins } = host;
  const tls = settings['tls'] as Tls;
  const of = `of ${name} (${origins['tls'] ?? name})`;
  let own: readonly X509Certificate[];
  let trusted: readonly X509Certificate[];
  try {
    const { cert, ca } = await readCredentials(tls, of);
    [own, trusted] = [certificatesIn(cert), certificatesIn(ca)];
  } catch (error) {
    return [
      {
        check: 'certificates',
        severity: 'problem',
        text: error instanceof Error ? error.message : String(error),
        meaning: 'the host cannot start; one that runs goes on with the files as they were',
        remedy: 'put files in their place that fit each other, readable for the user it runs as',
      },
    ];
  }
  const [ours] = own;
  if (!ours) return [];
  const doubts = [
    ...own.flatMap((one) => doubtsOfTime(one, `${tls.cert} ${of}`, now, 'problem')),
    ...doubtsOfTrusted(trusted, `${tls.ca} ${of}`, now),
    ...doubtsOfChain(own, `${tls.cert} ${of}`),
    ...doubtsOfUse(ours, host, of),
    ...(await doubtsOfKey(tls.key, of)),
  ];
  const text = `${subjectOf(ours)} ${of} is valid until ${ours.validToDate.toISOString()}, issued by ${nameOf(ours.issuer)}`;
  return doubts.length > 0 ? doubts : [fine('certificates', text)];
}

function doubtsOfTime(
  one: X509Certificate,
  where: string,
  now: Date,
  expired: Finding['severity'],
): readonly Finding[] {
  const [begin, end] = [one.validFromDate, one.validToDate];
  const left = end.getTime() - now.getTime();
  if (begin <= now && left > soon) return [];
  const words =
    begin > now
      ? `is not valid before ${begin.toISOString()}`
      : left < 0
        ? `has expired on ${end.toISOString()}`
        : `expires on ${end.toISOString()}`;
  return [
    {
      check: 'certificates',
      severity: begin > now || left < 0 ? expired : 'warning',
      text: `${subjectOf(one)} in ${where} ${words}`,
      meaning: `no TLS connection comes about that needs it${left < 0 || begin > now ? '' : ', from then on'}`,
      remedy: 'put a new one in its place: it is taken without a restart; or compare the clocks',
    },
  ];
}

/** One that has expired among others that have not is often only left over. */
function doubtsOfTrusted(
  trusted: readonly X509Certificate[],
  where: string,
  now: Date,
): readonly Finding[] {
  const isOneValid = trusted.some(({ validToDate }) => validToDate > now);
  return trusted.flatMap((one) =>
    doubtsOfTime(one, where, now, isOneValid ? 'warning' : 'problem'),
  );
}

/** Each is issued by the one after it (RFC 8446 section 4.4.2). */
function doubtsOfChain(own: readonly X509Certificate[], where: string): readonly Finding[] {
  const broken = own.find((one, index) => {
    const next = own[index + 1];
    return next !== undefined && !(one.checkIssued(next) && one.verify(next.publicKey));
  });
  if (!broken) return [];
  return [
    {
      check: 'certificates',
      severity: 'warning',
      text: `${subjectOf(broken)} in ${where} is not issued by the certificate after it`,
      meaning: 'peers may not find the way from our certificate to a CA they trust',
      remedy: `order them: ours first, then its issuer (${nameOf(broken.issuer)}), and so on`,
    },
  ];
}

/** RFC 5280 section 4.2.1.12: a certificate with extended key usages is for these alone. */
function doubtsOfUse(ours: X509Certificate, { kind }: Host, of: string): readonly Finding[] {
  const [wanted, name] =
    kind === 'service' ? ['1.3.6.1.5.5.7.3.1', 'serverAuth'] : ['1.3.6.1.5.5.7.3.2', 'clientAuth'];
  const uses = ours.keyUsage as readonly string[] | undefined;
  if (!uses || uses.includes(wanted) || uses.includes('2.5.29.37.0')) return [];
  return [
    {
      check: 'certificates',
      // Who calls is not always asked for a certificate.
      severity: kind === 'service' ? 'problem' : 'warning',
      text: `${subjectOf(ours)} ${of} is for other uses: ${name} is not among its extended key usages`,
      meaning: 'peers that look at it refuse the connection',
      remedy: `have one made with ${name}`,
    },
  ];
}

async function doubtsOfKey(key: string, of: string): Promise<readonly Finding[]> {
  const { mode } = await stat(key);
  if ((mode & 0o007) === 0) return [];
  return [
    {
      check: 'certificates',
      severity: 'warning',
      text: `the key ${key} ${of} can be read by every user of this machine`,
      meaning: 'whoever has it can pass for us',
      remedy: `chmod o= ${key}`,
    },
  ];
}

/** A distinguished name on one line. */
function nameOf(name: string): string {
  return name
    .split('\n')
    .join(', ')
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, 200);
}
