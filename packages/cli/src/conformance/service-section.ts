import { formatDuration, type Host } from '@consort/core';
import { dimseStatusInWords, statusHex } from '@consort/dicom';
import {
  defaultLimits,
  findTransferSyntax,
  serviceSopClasses,
  type CallerTerms,
  type Claim,
} from '@consort/dicom/tables';
import type { TcpServiceSettings } from '@consort/dicom/tcp-service';
import { table } from './markdown.ts';

/** The specification of a `dicom.tcp-service`: an AE that accepts associations. */
export function serviceSection(
  { name, settings }: Host,
  terms: readonly CallerTerms[],
  number: string,
): readonly string[] {
  const given = settings as TcpServiceSettings;
  return [
    `### ${number} ${name}`,
    '',
    `An acceptor of associations (\`dicom.tcp-service\`). Called AE title: ${titles(given.localAet)}. It listens on TCP port ${given.port === 0 ? 'any free' : given.port} of ${given.interface}${given.tls ? ', with TLS' : ', without TLS'}.`,
    '',
    `#### ${number}.1 Association policies`,
    '',
    ...table(
      ['', ''],
      [
        ['Application context', '1.2.840.10008.3.1.1.1'],
        ['Associations at the same time', String(given.maxAssociations)],
        ['Asynchronous operations', 'none: one operation at a time (PS3.7 section D.3.3.3)'],
        ['Maximum PDU length announced', `${defaultLimits.announcedPduLength} bytes`],
        ['Presentation contexts of an association', `${defaultLimits.presentationContexts}`],
        [
          'User identity negotiation',
          given.userIdentity ? 'required (PS3.7 section D.3.3.7)' : 'not asked for',
        ],
        ['Initiates associations', 'no'],
      ],
    ),
    'An association is rejected with source 1 reason 7 for another called AE title, reason 3 for a calling one that is not let in, and with source 3 reason 2 above a limit (PS3.8 section 9.3.4). Titles are compared with upper and lower case.',
    '',
    ...terms.flatMap((one, index) => acceptanceSection(one, `${number}.${index + 2}`)),
    ...statusSection(given, `${number}.${terms.length + 2}`),
  ];
}

function acceptanceSection(terms: CallerTerms, number: string): readonly string[] {
  const sets = [...Map.groupBy(terms.claims, (claim) => claim.transferSyntaxes.join(' ')).values()];
  return [
    `#### ${number} Accepted of ${titles(terms.callers)}`,
    '',
    `Service classes: ${terms.serviceClasses.join(', ')}. ${terms.takesPrivate ? 'Private SOP classes are accepted for storage, too.' : 'Private SOP classes are accepted only where they are listed.'}`,
    '',
    ...rolesSection(terms),
    ...sets.flatMap((claims, index) => contextsOf(claims, `${index + 1}`)),
    ...(sets.length === 0 ? ['Nothing is accepted.', ''] : []),
  ];
}

/** Where a peer may be SCP, which it has to propose (PS3.7 section D.3.3.4). */
function rolesSection({ serviceClasses }: CallerTerms): readonly string[] {
  return [
    ...(serviceClasses.includes('retrieve')
      ? [
          'Role selection (PS3.7 section D.3.3.4): a peer that proposes to be SCP of a storage SOP class is accepted as such, and is sent on that context what it retrieves by C-GET. `--check` proposes no roles.',
          '',
        ]
      : []),
    ...(serviceClasses.includes('storageCommitment')
      ? [
          'Role selection: a peer that proposes to be SCP of Storage Commitment is accepted as such, and reports by N-EVENT-REPORT (PS3.4 section J.3.3).',
          '',
        ]
      : []),
  ];
}

function contextsOf(claims: readonly Claim[], set: string): readonly string[] {
  const syntaxes = claims[0]?.transferSyntaxes ?? [];
  return [
    `Transfer syntaxes ${set}, what is preferred first; among lossless ones, and among lossy ones, the peer's order decides unless \`presentationContexts\` lists them:`,
    '',
    ...table(
      ['Transfer syntax', 'UID'],
      syntaxes.map((uid) => [findTransferSyntax(uid)?.name ?? '(not in PS3.6)', uid]),
    ),
    `SOP classes accepted in transfer syntaxes ${set}:`,
    '',
    ...table(
      ['SOP class', 'UID', 'Role', 'DIMSE services'],
      claims.map((claim) => [
        claim.keyword ?? '(private)',
        claim.sopClass,
        'SCP',
        servicesOf(claim),
      ]),
    ),
  ];
}

function servicesOf({ sopClass, serviceClass }: Claim): string {
  if (serviceClass === 'verification') return 'C-ECHO';
  if (serviceClass === 'storage') return 'C-STORE';
  return serviceSopClasses.get(sopClass)?.services.join(', ') ?? 'any';
}

function statusSection(given: TcpServiceSettings, number: string): readonly string[] {
  const { onFailure, acknowledge } = given;
  const failure =
    onFailure === 'abort'
      ? ['(A-ABORT)', 'the target failed, was too late, or gave no response that fits']
      : [
          `${statusHex(onFailure.status)} ${dimseStatusInWords(onFailure.status)}`,
          'the target failed, was too late, or gave no response that fits',
        ];
  const success =
    acknowledge === 'stored'
      ? 'the image and its message are on stable storage'
      : 'the target has answered, and the image was on stable storage before it was asked';
  return [
    `#### ${number} Statuses of C-STORE and C-ECHO`,
    '',
    `A peer is kept waiting for ${formatDuration(given.responseTimeout)} at most. What the target answers is sent as it is; besides that:`,
    '',
    ...table(
      ['Status', 'When'],
      [
        [word(0x0000), success],
        failure,
        [word(0xa700), 'there is no room, or the record cannot be written'],
        [word(0x0110), 'the data set could not be taken in'],
        [word(0x0117), 'the SOP instance UID is no UID'],
        [word(0x0122), 'the SOP class is not that of the presentation context'],
        [word(0x0211), 'the SOP class of the context does not have the DIMSE service'],
        [word(0x0212), 'a data set is missing, or there is one where none belongs'],
      ],
    ),
  ];
}

function word(status: number): string {
  return `${statusHex(status)} ${dimseStatusInWords(status)}`;
}

function titles(all: readonly string[]): string {
  return all.map((title) => (title === '*' ? 'any' : title)).join(', ');
}
