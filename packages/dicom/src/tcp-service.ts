import { defineService, duration, EngineError, path, target, type Doubt } from '@consort/core';
import { z } from 'zod';
import { admission } from './admission.ts';
import { aeTitles } from './ae-title.ts';
import { associationTally } from './association-tally.ts';
import { openDoor } from './gate/door.ts';
import { openUserJudge, userIdentity } from './identity/user-identity.ts';
import { doubtsOfPeers } from './peers/doubts-of-peers.ts';
import { peers } from './peers/peers-setting.ts';
import { presentationContexts } from './presentation-contexts.ts';
import { contextRules } from './read-association-file.ts';
import { imageReceiver } from './receive-image.ts';
import { operationReceiver } from './receive-operation.ts';
import { notifications } from './notifications.ts';
import { refusals } from './refusals.ts';
import { offerAssociations } from './reports-on-associations.ts';
import { associationsShown } from './shown-association.ts';
import { serviceClassNames, targetedClassNames } from './service-classes.ts';
import { acceptorTls } from './tls/tls-settings.ts';
import { watchCredentials } from './tls/watch-credentials.ts';

const keys = z.object({
  port: z
    .int()
    .min(0)
    .max(65535)
    .meta({ description: 'TCP port to listen on; 0 takes any free one.' }),
  interface: z
    .string()
    .min(1)
    .default('0.0.0.0')
    .meta({ description: 'Address to listen on; 0.0.0.0 is every interface of the machine.' }),
  localAet: aeTitles().meta({
    description:
      'Our AE title: the called AE title an association must name. One, a list, or * for any.',
  }),
  remoteAet: aeTitles().default([]).meta({
    description:
      'Who may send: the calling AE titles that are let in, besides peers. One, a list, or * for any.',
  }),
  peers: peers().optional().meta({
    description:
      'Who may send, each with what holds for it alone: addresses, presentation contexts, a limit, a certificate.',
  }),
  target: target().meta({
    description: 'The process or operation that gets each image and each other request.',
  }),
  notifyTarget: target().optional().meta({
    description:
      'The process that is told of associations: established, released, rejected, aborted. Without it none is.',
  }),
  serviceTargets: z.partialRecord(z.enum(targetedClassNames), target()).default({}).meta({
    description:
      'Where the requests of a service class go that are not for target, by its name in serviceClasses: { storageCommitment: Commitment }.',
  }),
  serviceClasses: z
    .array(z.enum(serviceClassNames))
    .min(1)
    .default(['storage', 'verification'])
    .meta({
      description:
        'Which service classes are served (PS3.4); the SOP classes of the others are refused. All but storage and verification need a process that answers them.',
    }),
  acknowledge: z.enum(['completed', 'stored']).default('completed').meta({
    description:
      'When the sender of an image hears Success: once the target has answered with it, or once the image is stored and recorded.',
  }),
  responseTimeout: duration().default(8_000).meta({
    description:
      'How long a peer is kept waiting for the answer of the target, for each of several; then onFailure.',
  }),
  onFailure: z
    .union([
      z.literal('abort'),
      z.strictObject({
        status: z.int().min(1).max(0xffff).default(0x0110),
        comment: z.string().max(64).optional(),
      }),
    ])
    .default({ status: 0x0110 })
    .meta({
      description:
        'What the peer hears when the target failed, was too late, or gave no response that fits: abort, or a status (PS3.7 annex C) with an Error Comment.',
    }),
  whenReturned: z.enum(['discard', 'accept']).default('discard').meta({
    description:
      'What becomes of an image from a peer to which this production has delivered it: discard answers Success and sends it no further, so that it does not go round for ever; accept sends it on like any other. An alert tells of either. What a C-MOVE asked for is never discarded.',
  }),
  maxAssociations: z.int().min(1).max(1000).default(64).meta({
    description:
      'Associations at the same time; one more is rejected as a local limit (PS3.8 section 9.3.4).',
  }),
  presentationContexts: z
    .union([presentationContexts(), z.strictObject({ file: path({ for: 'reading' }) })])
    .optional()
    .meta({
      description:
        'Narrows or reorders what is accepted; without it every SOP class of serviceClasses is. A list, or a file of abstract\\transfer lines as IRIS imports it.',
    }),
  userIdentity: userIdentity().optional().meta({
    description:
      'The users that an association may be for; without it nobody is asked. One of another user, or of none, is refused.',
  }),
  tls: acceptorTls().optional().meta({
    description:
      'Speaks TLS on this port, and nothing else (PS3.15 section B.12); without it plain DICOM.',
  }),
});

const settings = keys
  .refine(({ remoteAet, peers: listed }) => remoteAet.length > 0 || listed !== undefined, {
    path: ['remoteAet'],
    message: 'nobody may send: name the calling AE titles, or write peers',
  })
  .refine(
    ({ tls, peers: listed }) =>
      tls?.clientCertificate === 'required' || !listed?.some(({ certificate }) => certificate),
    {
      path: ['peers'],
      message:
        'a certificate is wanted of a peer, and tls with clientCertificate: required is not set; nobody could fit',
    },
  );

/** The settings of `dicom.tcp-service`, defaults filled in. */
export type TcpServiceSettings = z.output<typeof settings>;

/**
 * `dicom.tcp-service`: SCP of the service classes it is set to: storage and verification unless told otherwise
 * (PS3.4 annexes B and A). C-ECHO is answered by itself; every image and every other request becomes a
 * `dicom.document` for `target`; bytes are kept as received.
 */
export default defineService({
  description: 'Receives images over DICOM TCP, and serves queries and the other DIMSE services.',
  settings,
  refuses: {
    poolSize:
      'a TCP service has one listener and as many associations as maxAssociations allows; write settings.maxAssociations',
  },
  check: (given) => [
    ...doubtsOfPeers({ ...given, peers: given.peers ?? [] }),
    ...doubtsOfUsers(given),
  ],

  patience: ({ acknowledge, responseTimeout }) => ({ acknowledge, responseTimeout }),

  async onInit(context) {
    const {
      port,
      interface: address,
      maxAssociations,
      localAet,
      remoteAet,
      tls,
    } = context.settings;
    const users = context.settings.userIdentity;
    const judgeUser =
      users && (await openUserJudge(users, context.origin('userIdentity'), context));
    const credentials = tls && (await watchCredentials(tls, context.origin('tls'), context));
    const refused = refusals(context);
    const rules = await contextRules(
      context.settings.presentationContexts,
      context.origin('presentationContexts'),
    );
    const shown = associationsShown(imageReceiver(context));
    const tally = associationTally(callersOf(context.settings));
    const notify = context.settings.notifyTarget === undefined ? undefined : notifications(context);
    const door = await openDoor(
      {
        interface: address,
        port,
        maxAssociations,
        ...(tls && credentials ? { tls: { ...tls, credentials: credentials.current } } : {}),
      },
      {
        admit: admission(context, refused, rules, judgeUser),
        store: shown.store,
        operation: operationReceiver(context),
        established: (association) => notify?.established(association),
        ended(peer, how) {
          tally.ended(peer, how);
          refused.ended(peer, how);
          notify?.ended(peer, how);
        },
      },
    ).catch((error: unknown) => {
      credentials?.close();
      throw notOpened(error, context.origin('port'));
    });
    for (const [name, titles] of Object.entries({ localAet, remoteAet })) {
      if (titles.includes('*')) context.log(openToAll(name, context.origin(name)));
    }
    const withdraw = offerAssociations(door);
    return { door, withdraw, credentials, shown, tally, notify, settings: context.settings };
  },

  async onTearDown({ door, withdraw, credentials, notify }, grace) {
    credentials?.close();
    await door.close(grace);
    withdraw();
    await notify?.settled();
  },

  connections: ({ door, shown }) => door.associations().map((one) => shown.show(one)),

  measures: ({ door, tally }) => tally.measures(door.associations()),

  describe: ({ door, settings: given }) =>
    `listens on ${door.address}:${door.port}${given.tls ? ' (TLS)' : ''} as ${given.localAet.join(', ')} for ${callersOf(given).join(', ')}`,
});

/** The calling AE titles that the settings name. */
function callersOf({ remoteAet, peers: listed = [] }: TcpServiceSettings): readonly string[] {
  return [...new Set([...remoteAet, ...listed.map(({ aet }) => aet)])];
}

function doubtsOfUsers({ userIdentity: identity, tls }: TcpServiceSettings): readonly Doubt[] {
  const hasPasscodes = identity?.users?.some(({ passcode }) => passcode) ?? false;
  if (tls || !(hasPasscodes || identity?.tokens)) return [];
  const what = [...(hasPasscodes ? ['passcodes'] : []), ...(identity?.tokens ? ['tokens'] : [])];
  const message = `without tls the ${what.join(' and ')} come over the network in clear`;
  return [{ setting: 'userIdentity', message }];
}

/** The port's place in the production file is where the operator has to go. */
function notOpened(error: unknown, origin: string): unknown {
  if (!(error instanceof EngineError)) return error;
  return new EngineError(error.code, `${error.message} (${origin})`, { cause: error });
}

function openToAll(setting: string, origin: string) {
  return {
    type: 'Warning',
    code: 'AE_TITLE_ANY',
    text: `${setting} is * (${origin}): an association is let in whatever its title; name the titles to refuse the others`,
  } as const;
}
