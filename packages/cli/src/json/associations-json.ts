import type { ShownAssociation } from '@consort/dicom';
import { z } from 'zod';

/** An association that is there now. */
export const associationJson = z
  .object({
    service: z.string(),
    id: z.string().describe('The associationId of the messages that came over it'),
    callingAeTitle: z.string(),
    calledAeTitle: z.string(),
    peerAddress: z.string(),
    peerPort: z.int(),
    since: z.iso.datetime().describe('ISO 8601, UTC'),
    images: z.int().describe('Answered as stored so far'),
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
  })
  .meta({ id: 'Association' }) satisfies z.ZodType<ShownAssociation>;
