/** What a new production is to do. */
export interface Plan {
  /** The folder that is made for it, as it was given. */
  readonly folder: string;
  readonly name: string;
  readonly receive: ReceivePlan;
  readonly send: SendPlan;
}

/** Where its images come from. */
export type ReceivePlan =
  | {
      readonly from: 'dicom';
      readonly port: number;
      /** What it is called by. */
      readonly localAet: string;
      /** Who may send. */
      readonly remoteAet: string;
    }
  | { readonly from: 'folder'; readonly folder: string };

/** Where its images go. */
export type SendPlan =
  | { readonly to: 'folder'; readonly folder: string }
  | {
      readonly to: 'dicom';
      readonly host: string;
      readonly port: number;
      readonly aeTitle: string;
    };

/** What a plan is where nobody says otherwise. */
export const usual = {
  folder: 'my-production',
  receive: 'dicom',
  port: '2010',
  localAet: 'CONSORT',
  remoteAet: 'PACS',
  from: './in',
  send: 'folder',
  directory: './received',
  peer: 'ORTHANC@127.0.0.1:4242',
} as const;
