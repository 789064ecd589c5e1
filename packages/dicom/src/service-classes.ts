import type { DimseService } from './association/command-fields.ts';

/** The service classes that are named in the setting `serviceClasses`. */
export const serviceClassNames = [
  'storage',
  'verification',
  'query',
  'retrieve',
  'worklist',
  'mpps',
  'storageCommitment',
] as const;

export type ServiceClassName = (typeof serviceClassNames)[number];

/** Those whose requests may have a target of their own: not images, and not what the service answers itself. */
export const targetedClassNames = serviceClassNames.filter(
  (name) => name !== 'storage' && name !== 'verification',
);

/** A SOP class that is neither Verification nor for storage, and the DIMSE services it is made of. */
export interface ServiceSopClass {
  readonly serviceClass: ServiceClassName;
  readonly uid: string;
  readonly keyword: string;
  readonly services: readonly DimseService[];
}

// PS3.4 annexes C, K, F and J; PS3.6 table A-1. Retired ones too, for they are still asked for.
const rows = `
query 1.2.840.10008.5.1.4.1.2.1.1 PatientRootQueryRetrieveInformationModelFind C-FIND
query 1.2.840.10008.5.1.4.1.2.2.1 StudyRootQueryRetrieveInformationModelFind C-FIND
query 1.2.840.10008.5.1.4.1.2.3.1 PatientStudyOnlyQueryRetrieveInformationModelFind C-FIND
retrieve 1.2.840.10008.5.1.4.1.2.1.2 PatientRootQueryRetrieveInformationModelMove C-MOVE
retrieve 1.2.840.10008.5.1.4.1.2.2.2 StudyRootQueryRetrieveInformationModelMove C-MOVE
retrieve 1.2.840.10008.5.1.4.1.2.3.2 PatientStudyOnlyQueryRetrieveInformationModelMove C-MOVE
retrieve 1.2.840.10008.5.1.4.1.2.4.2 CompositeInstanceRootRetrieveMove C-MOVE
retrieve 1.2.840.10008.5.1.4.1.2.1.3 PatientRootQueryRetrieveInformationModelGet C-GET
retrieve 1.2.840.10008.5.1.4.1.2.2.3 StudyRootQueryRetrieveInformationModelGet C-GET
retrieve 1.2.840.10008.5.1.4.1.2.3.3 PatientStudyOnlyQueryRetrieveInformationModelGet C-GET
retrieve 1.2.840.10008.5.1.4.1.2.4.3 CompositeInstanceRootRetrieveGet C-GET
retrieve 1.2.840.10008.5.1.4.1.2.5.3 CompositeInstanceRetrieveWithoutBulkDataGet C-GET
worklist 1.2.840.10008.5.1.4.31 ModalityWorklistInformationModelFind C-FIND
mpps 1.2.840.10008.3.1.2.3.3 ModalityPerformedProcedureStep N-CREATE,N-SET
mpps 1.2.840.10008.3.1.2.3.4 ModalityPerformedProcedureStepRetrieve N-GET
mpps 1.2.840.10008.3.1.2.3.5 ModalityPerformedProcedureStepNotification N-EVENT-REPORT
storageCommitment 1.2.840.10008.1.20.1 StorageCommitmentPushModel N-ACTION,N-EVENT-REPORT
`;

/** The SOP classes of the service classes other than storage and verification, by UID. */
export const serviceSopClasses: ReadonlyMap<string, ServiceSopClass> = new Map(
  rows
    .trim()
    .split('\n')
    .map((row) => {
      const [serviceClass, uid, keyword, services] = row.split(' ') as [
        ServiceClassName,
        string,
        string,
        string,
      ];
      return [uid, { serviceClass, uid, keyword, services: services.split(',') as DimseService[] }];
    }),
);
