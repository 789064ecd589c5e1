import { freePort, type Peer } from '@consort/testing/consort';
import { customProduction, type CustomProduction } from './custom-production.ts';

/** A production whose images go to two targets, and whoever sends to it. */
export interface TwoTargets {
  readonly production: CustomProduction;
  readonly peer: Peer;
}

/**
 * Writes a production that sends each image to the targets named: `Live`, and `Dead`, which is tried for ever once its
 * directory is away.
 */
export async function twoTargets(targets: readonly string[]): Promise<TwoTargets> {
  const port = await freePort();
  const production = await customProduction(`name: Neighbours
services:
  Door:
    component: dicom.tcp-service
    settings: { port: ${port}, localAet: '*', remoteAet: '*', acknowledge: stored, target: Both }
processes:
  Both: { component: ./splitting.ts, settings: { targets: [${targets.join(', ')}] } }
operations:
  Live: { component: dicom.file-operation, settings: { directory: ./live } }
  Dead:
    component: dicom.file-operation
    poolSize: 1
    retry: { interval: 250ms, timeout: -1 }
    settings: { directory: ./dead }
`);
  return { production, peer: { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' } };
}
