import { z } from 'zod';
import { timeJson as time } from './time.ts';

const terms = {
  contexts: z
    .array(z.object({ sopClass: z.string(), transferSyntax: z.string() }))
    .readonly()
    .describe('Those accepted; keywords, UIDs where there is none'),
  implementation: z.string().exactOptional().describe("The peer's software"),
  tls: z
    .object({
      version: z.string(),
      cipherSuite: z.string(),
      subject: z.string().exactOptional().describe("Of the peer's certificate"),
      fingerprint: z.string().exactOptional().describe('SHA-256 of that certificate'),
    })
    .exactOptional(),
};

/** An association with a service that is there now. */
export const associationJson = z
  .object({
    service: z.string(),
    id: z.string().describe('The associationId of the messages that came over it'),
    callingAeTitle: z.string(),
    calledAeTitle: z.string(),
    peerAddress: z.string(),
    peerPort: z.int(),
    since: time,
    images: z.int().describe('Answered as stored so far'),
    ...terms,
  })
  .meta({ id: 'Association' });

/** An association that an operation has asked for. */
export const outgoingJson = z
  .object({
    operation: z.string(),
    callingAeTitle: z.string(),
    calledAeTitle: z.string(),
    host: z.string(),
    port: z.int(),
    since: time,
    images: z.int().describe('Sent, and answered as stored, so far'),
    idleSince: time.exactOptional().describe('Absent while it is at work'),
    ...terms,
  })
  .meta({ id: 'OutgoingAssociation' });

/** What the running production knows of its associations. */
export const connectionsJson = z.object({
  associations: z.array(associationJson).describe('Those that are there now, oldest first'),
  outgoing: z.array(outgoingJson).describe('Those that operations have asked for, oldest first'),
  silent: z
    .array(z.string())
    .describe(
      'Hosts whose thread did not answer, since a handler keeps it busy; theirs are not shown',
    ),
});
