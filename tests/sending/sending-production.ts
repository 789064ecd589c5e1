import {
  freePort,
  startTestProduction,
  type Peer,
  type TestProduction,
} from '@consort/testing/consort';

const file = new URL('./production.yaml', import.meta.url).pathname;

/** A production that sends what comes to its door on to a peer. */
export interface SendingProduction extends AsyncDisposable {
  readonly production: TestProduction;
  /** Its door, for `sendFiles`. */
  readonly door: Peer;
}

/** Starts it; `settings` are the variables of its file. */
export async function startSending(
  peerPort: number,
  settings: NodeJS.ProcessEnv = {},
): Promise<SendingProduction> {
  const port = await freePort();
  const env = { DOOR_PORT: String(port), PEER_PORT: String(peerPort), ...settings };
  const production = await startTestProduction(file, { env });
  return {
    production,
    door: { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' },
    [Symbol.asyncDispose]: () => production.stop(),
  };
}
