import type { PduName } from './pdu.ts';

/**
 * The states of an association that a PDU can arrive in (PS3.8 section 9.2.1).
 * Sta2, Sta3 and Sta8 are an acceptor's; Sta5, Sta7 and Sta11 a requester's; Sta6 and Sta13 both have.
 */
export type State = 'Sta2' | 'Sta3' | 'Sta5' | 'Sta6' | 'Sta7' | 'Sta11' | 'Sta13';

/** Actions of PS3.8 tables 9-6 to 9-9 that a PDU leads to. */
export type Action =
  | 'AE-3' // Accepted: confirm to the user.
  | 'AE-4' // Refused: confirm to the user, close.
  | 'AE-6' // Asked for an association: stop ARTIM, decide.
  | 'DT-2' // Data: hand to the user.
  | 'AR-2' // Asked to release: indicate to the user, who answers at once here.
  | 'AR-3' // Released: confirm to the user, close.
  | 'AR-6' // Data while we wait for the release response.
  | 'AR-8' // Both ask to release: answer, then wait for the answer.
  | 'AA-1' // Abort, nothing to tell a user of.
  | 'AA-2' // Close.
  | 'AA-3' // Aborted by the peer: tell the user, close.
  | 'AA-6' // Ignore.
  | 'AA-8'; // Abort, tell the user.

/**
 * What a PDU leads to in each state: PS3.8 table 9-10, the rows of arriving PDUs.
 *
 * Two cells differ in form. AA-7 (Sta13, an A-ASSOCIATE-RQ) would send another A-ABORT; our last PDU is
 * followed by the end of our direction of the connection, so it is ignored like everything else.
 * Sta8 has no column: a release is answered in the same step it arrives in, and Sta9, Sta10 and Sta12
 * are passed through in AR-8's step.
 */
export const actions: Readonly<Record<State, Readonly<Record<PduName, Action>>>> = {
  Sta2: row('AA-1', { 'A-ASSOCIATE-RQ': 'AE-6', 'A-ABORT': 'AA-2' }),
  Sta3: row('AA-8', { 'A-ABORT': 'AA-3' }),
  Sta5: row('AA-8', { 'A-ASSOCIATE-AC': 'AE-3', 'A-ASSOCIATE-RJ': 'AE-4', 'A-ABORT': 'AA-3' }),
  Sta6: row('AA-8', { 'P-DATA-TF': 'DT-2', 'A-RELEASE-RQ': 'AR-2', 'A-ABORT': 'AA-3' }),
  Sta7: row('AA-8', {
    'P-DATA-TF': 'AR-6',
    'A-RELEASE-RQ': 'AR-8',
    'A-RELEASE-RP': 'AR-3',
    'A-ABORT': 'AA-3',
  }),
  Sta11: row('AA-8', { 'A-RELEASE-RP': 'AR-3', 'A-ABORT': 'AA-3' }),
  Sta13: row('AA-6', { 'A-ABORT': 'AA-2' }),
};

function row(
  otherwise: Action,
  cells: Partial<Readonly<Record<PduName, Action>>>,
): Readonly<Record<PduName, Action>> {
  return {
    'A-ASSOCIATE-RQ': otherwise,
    'A-ASSOCIATE-AC': otherwise,
    'A-ASSOCIATE-RJ': otherwise,
    'P-DATA-TF': otherwise,
    'A-RELEASE-RQ': otherwise,
    'A-RELEASE-RP': otherwise,
    'A-ABORT': otherwise,
    ...cells,
  };
}
