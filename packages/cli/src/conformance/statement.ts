import type { Host, Production } from '@consort/core';
import {
  defaultLimits,
  graphicSets,
  implementationClassUid,
  implementationVersionName,
  profile,
  type CallerTerms,
} from '@consort/dicom/tables';
import { table } from './markdown.ts';
import { operationSection } from './operation-section.ts';
import { serviceSection } from './service-section.ts';

/**
 * The DICOM conformance statement of a production, in Markdown, by the outline of PS3.2-2020 annex A: what it
 * accepts is asked of what negotiates its associations, everything else is read from its settings and limits.
 * @param terms what its DICOM services accept, by host
 */
export function conformanceStatement(
  { name, description, hosts }: Production,
  terms: ReadonlyMap<string, readonly CallerTerms[]>,
): string {
  const services = hosts.filter(({ componentName }) => componentName === 'dicom.tcp-service');
  const operations = hosts.filter(({ componentName }) => componentName === 'dicom.tcp-operation');
  const lines = [
    `# DICOM conformance statement of ${name}`,
    '',
    '## 1 Overview',
    '',
    ...(description === undefined ? [] : [description, '']),
    ...overview(services, operations, terms),
    '## 2 Contents',
    '',
    '3 Introduction, 4 Networking, 5 Media interchange, 6 Transformation of DICOM to CDA, 7 Character sets, 8 Security, 9 Annexes',
    '',
    '## 3 Introduction',
    '',
    'This statement has the outline of the template in PS3.2 annex A, edition 2020. It is generated from the production file and from the tables that associations are negotiated by. What components of the production do with an image beyond storing and sending it, is not in it; neither is what they answer to queries and to the N- services.',
    '',
    '## 4 Networking',
    '',
    '### 4.1 Implementation model',
    '',
    'Each DICOM service and each DICOM operation is an application entity. A service records what it receives before its peer hears Success, and gives it to the host that is its target; an operation sends what it is given.',
    '',
    ...table(
      ['Application entity', 'Acts as', 'AE title', 'Sends to'],
      [...services, ...operations].map((host) => [
        host.name,
        host.kind === 'service' ? 'acceptor' : 'requester',
        [host.settings['localAet']].flat().join(', '),
        [host.settings['target'] ?? host.settings['remoteAet']].flat().join(', '),
      ]),
    ),
    '### 4.2 Implementation identification',
    '',
    ...table(
      ['', ''],
      [
        ['Implementation class UID', implementationClassUid],
        ['Implementation version name', implementationVersionName],
      ],
    ),
    ...services.flatMap((host, index) =>
      serviceSection(host, terms.get(host.name) ?? [], `4.${index + 3}`),
    ),
    ...operations.flatMap((host, index) =>
      operationSection(host, `4.${services.length + index + 3}`),
    ),
    ...limits(`4.${services.length + operations.length + 3}`),
    ...mediaInterchange(hosts),
    ...characterSets(),
    ...security([...services, ...operations]),
    '## 9 Annexes',
    '',
    'Data sets are kept and sent on byte for byte as they were received, private elements too; no SOP instance is made or extended, unless a component of the production does so or an operation transcodes.',
    '',
  ];
  return lines.join('\n');
}

function overview(
  services: readonly Host[],
  operations: readonly Host[],
  terms: ReadonlyMap<string, readonly CallerTerms[]>,
): readonly string[] {
  const scp = services.flatMap(({ name }) =>
    (terms.get(name) ?? []).flatMap(({ serviceClasses, claims }) => {
      const claimed = new Set(claims.map(({ serviceClass }) => serviceClass));
      return serviceClasses.filter((serviceClass) => claimed.has(serviceClass));
    }),
  );
  const rows = [...new Set(scp)].map((serviceClass) => {
    const isScu = operations.length > 0 && ['storage', 'verification'].includes(serviceClass);
    return [serviceClass, isScu ? 'yes' : 'no', 'yes'];
  });
  const onlyScu = ['storage', 'verification'].filter(
    (one) => operations.length > 0 && !scp.some((serviceClass) => serviceClass === one),
  );
  return table(
    ['Service class', 'SCU', 'SCP'],
    [...rows, ...onlyScu.map((one) => [one, 'yes', 'no'])],
  );
}

function limits(number: string): readonly string[] {
  const { artim, idle, lifetime, progressRate, progressWindow } = defaultLimits;
  return [
    `### ${number} Network interfaces, timers and limits`,
    '',
    'TCP/IP, over IPv4 and IPv6 (PS3.8 section 9).',
    '',
    ...table(
      ['Timer or limit', 'Value'],
      [
        ['ARTIM (PS3.8 section 9.1.5)', `${artim / 1000} s`],
        ['Between two messages', `${idle / 1000} s`],
        ['An association as a whole', `${lifetime / 3_600_000} h`],
        [
          'In the middle of a message',
          `${progressRate} bytes per second, over ${progressWindow / 1000} s`,
        ],
        ['A data set to be stored', `${defaultLimits.objectSize} bytes`],
        ['Any other data set', `${defaultLimits.smallDataSetSize} bytes`],
        ['A command set', `${defaultLimits.commandLength} bytes`],
      ],
    ),
  ];
}

function mediaInterchange(hosts: readonly Host[]): readonly string[] {
  const roles: Readonly<Record<string, string>> = {
    'dicom.file-service': 'reads files (PS3.10 section 7)',
    'dicom.file-operation': 'writes files (PS3.10 section 7)',
  };
  const rows = hosts.flatMap(({ name, componentName }) => {
    const role = roles[componentName];
    return role === undefined ? [] : [[name, role]];
  });
  return [
    '## 5 Media interchange',
    '',
    ...table(['Host', 'What it does'], rows),
    'No media storage application profile (PS3.11) is supported, and no DICOMDIR is read or written.',
    '',
  ];
}

function characterSets(): readonly string[] {
  const numbers = [...graphicSets.keys()].filter((number) => number !== '6');
  return [
    '## 6 Transformation of DICOM to CDA',
    '',
    'None.',
    '',
    '## 7 Character sets',
    '',
    `Texts are read in the default repertoire, in ISO_IR 192 (UTF-8), GB18030 and GBK, and in the sets of ISO_IR and ISO 2022 IR ${numbers.join(', ')} (PS3.3 section C.12.1.1.2). Data sets that are received are sent on as they are, whatever they say.`,
    '',
  ];
}

function security(hosts: readonly Host[]): readonly string[] {
  const secure = hosts.filter(({ settings }) => settings['tls'] !== undefined);
  return [
    '## 8 Security',
    '',
    secure.length === 0
      ? 'No application entity is set to use TLS.'
      : `BCP 195 TLS Secure Transport Connection Profile (PS3.15 section B.12): ${secure.map(({ name }) => name).join(', ')}.`,
    '',
    ...table(
      ['With TLS', ''],
      secure.length === 0
        ? []
        : [
            ['Versions', `${profile.minVersion} to ${profile.maxVersion}`],
            ['Cipher suites', String(profile.ciphers).replaceAll(':', ', ')],
            ['Groups', String(profile.ecdhCurve).replaceAll(':', ', ')],
          ],
    ),
    'Associations are accepted of AE titles that are listed only, unless the table of an entity says any. Who did and saw what is recorded in an audit trail of the application, which is not that of PS3.15 section A.5.',
    '',
  ];
}
