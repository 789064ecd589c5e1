import { target, type ProcessContext, type Request } from '@consort/core';
import { dataSetValues, encodeDataSet } from '@consort/dicom';
import { requestAssociation, type RequestedAssociation } from '@consort/dicom/requester';
import { z } from 'zod';

export const settings = z.object({
  host: z.string().min(1).meta({ description: 'Name or address of the archive.' }),
  port: z.int().min(1).max(65535).meta({ description: 'Its TCP port.' }),
  localAet: z
    .string()
    .meta({ description: 'Our AE title: the calling title, as the archive knows us.' }),
  remoteAet: z.string().meta({ description: "The archive's AE title." }),
  destinations: z.record(z.string(), target()).meta({
    description: 'By AE title, the operation that sends to it: whom a C-MOVE may name.',
  }),
});

/** What the proxy is given with each request. */
export type Context = ProcessContext<z.output<typeof settings>, undefined, object>;

// Explicit and Implicit VR Little Endian.
const transferSyntaxes = ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2'];

/** What images are retrieved; an association has room for 128 SOP classes. */
const storageClasses = [
  '1.2.840.10008.5.1.4.1.1.1', // Computed Radiography
  '1.2.840.10008.5.1.4.1.1.1.1', // Digital X-Ray, for presentation
  '1.2.840.10008.5.1.4.1.1.1.2', // Digital Mammography X-Ray, for presentation
  '1.2.840.10008.5.1.4.1.1.2', // CT
  '1.2.840.10008.5.1.4.1.1.2.1', // Enhanced CT
  '1.2.840.10008.5.1.4.1.1.4', // MR
  '1.2.840.10008.5.1.4.1.1.4.1', // Enhanced MR
  '1.2.840.10008.5.1.4.1.1.6.1', // Ultrasound
  '1.2.840.10008.5.1.4.1.1.3.1', // Ultrasound Multi-frame
  '1.2.840.10008.5.1.4.1.1.7', // Secondary Capture
  '1.2.840.10008.5.1.4.1.1.11.1', // Grayscale Softcopy Presentation State
  '1.2.840.10008.5.1.4.1.1.12.1', // X-Ray Angiographic
  '1.2.840.10008.5.1.4.1.1.12.2', // X-Ray Radiofluoroscopic
  '1.2.840.10008.5.1.4.1.1.20', // Nuclear Medicine
  '1.2.840.10008.5.1.4.1.1.88.22', // Enhanced SR
  '1.2.840.10008.5.1.4.1.1.88.67', // X-Ray Radiation Dose SR
  '1.2.840.10008.5.1.4.1.1.104.1', // Encapsulated PDF
  '1.2.840.10008.5.1.4.1.1.128', // Positron Emission Tomography
];

/**
 * An association with the archive on which a query or a C-GET of a SOP class can go. It is aborted when the
 * workstation wants no more.
 */
export function associate(
  sopClassUid: string,
  { settings: { host, port, localAet, remoteAet }, signal }: Context,
): Promise<RequestedAssociation> {
  const abstractSyntaxes = [sopClassUid, ...storageClasses];
  return requestAssociation({
    host,
    port,
    callingAeTitle: localAet,
    calledAeTitle: remoteAet,
    contexts: abstractSyntaxes.map((abstractSyntax) => ({ abstractSyntax, transferSyntaxes })),
    roles: storageClasses.map((uid) => ({ sopClassUid: uid, scu: true, scp: true })),
    signal,
  });
}

/** The identifier of a request, for the archive in the transfer syntax it has accepted. */
export async function identifierOf(
  request: Request,
  { documents }: Context,
): Promise<(transferSyntaxUid: string) => Buffer> {
  const values = await dataSetValues(request.body, documents);
  return (transferSyntaxUid) => encodeDataSet(values, { transferSyntaxUid, purpose: 'query' });
}
