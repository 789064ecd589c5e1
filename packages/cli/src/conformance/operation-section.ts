import { formatDuration, type Host } from '@consort/core';
import { findTransferSyntax, offeredBesides } from '@consort/dicom/tables';
import type operation from '@consort/dicom/tcp-operation';
import type { z } from 'zod';
import { table } from './markdown.ts';

type Settings = z.output<(typeof operation)['settings']>;

/** The specification of a `dicom.tcp-operation`: an AE that asks for associations. */
export function operationSection(host: Host, number: string): readonly string[] {
  const given = host.settings as Settings;
  const { transcode, confirm } = given;
  const besides = offeredBesides(transcode, '').map((uid) => findTransferSyntax(uid)?.name ?? uid);
  return [
    `### ${number} ${host.name}`,
    '',
    `A requester of associations (\`dicom.tcp-operation\`). Calling AE title: ${given.localAet}. It asks ${given.remoteAet} at ${given.host}:${given.port}${given.tls ? ', with TLS' : ', without TLS'}.`,
    '',
    `#### ${number}.1 Association policies`,
    '',
    ...table(
      ['', ''],
      [
        ['Application context', '1.2.840.10008.3.1.1.1'],
        ['Associations at the same time', `${host.poolSize}, one for each worker`],
        ['Asynchronous operations', 'none: one operation at a time (PS3.7 section D.3.3.3)'],
        ['Accepts associations', 'no'],
        ['Wait for a connection', formatDuration(given.connectTimeout)],
        ['Wait for the association', formatDuration(given.acceptTimeout)],
        ['Wait for a response', formatDuration(given.responseTimeout)],
        ['Kept for the next image', formatDuration(given.idleTimeout)],
        [
          'Images of an association',
          given.maxImagesPerAssociation === 0
            ? 'any number'
            : String(given.maxImagesPerAssociation),
        ],
        ['Tried again', retryInWords(host)],
      ],
    ),
    `#### ${number}.2 Proposed presentation contexts`,
    '',
    'Contexts are proposed for the images that are sent: the SOP class of each, in the transfer syntax it is stored in.',
    '',
    ...table(
      ['SOP class', 'UID', 'Role', 'Transfer syntaxes'],
      [
        [
          'that of each image',
          'any for storage, private ones too',
          'SCU',
          [
            'the one it is stored in',
            ...besides.map((name) => `or ${name}, on a context of its own`),
          ].join('; '),
        ],
        [
          'Verification',
          '1.2.840.10008.1.1',
          'SCU',
          'Implicit VR Little Endian, when an operator asks',
        ],
        ...(confirm === 'find'
          ? [
              [
                'StudyRootQueryRetrieveInformationModelFind',
                '1.2.840.10008.5.1.4.1.2.2.1',
                'SCU',
                'Explicit, Implicit VR Little Endian',
              ],
            ]
          : []),
        ...(confirm === 'commitment'
          ? [
              [
                'StorageCommitmentPushModel',
                '1.2.840.10008.1.20.1',
                'SCU',
                'Explicit, Implicit VR Little Endian',
              ],
            ]
          : []),
        [
          'that of each request of an N- service',
          'any',
          'SCU; SCP of N-EVENT-REPORT',
          'Explicit, Implicit VR Little Endian',
        ],
      ],
    ),
    `#### ${number}.3 What becomes of the statuses of a peer`,
    '',
    ...table(
      ['Status', 'What is done'],
      [
        ['0000, B000, B006, B007 and the warnings of PS3.7 annex C', 'the image is delivered'],
        ['A7xx, 0110, 0213', 'it is sent again, as long as the line above says'],
        ['any other', 'it has failed for good; an operator decides'],
      ],
    ),
  ];
}

function retryInWords({ retry }: Host): string {
  if (!retry || retry.timeout === 0) return 'no';
  const every = `every ${formatDuration(retry.interval)}`;
  return retry.timeout === Infinity
    ? `${every}, for ever`
    : `${every} for ${formatDuration(retry.timeout)}`;
}
