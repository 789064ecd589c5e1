/** Why a login by OpenID Connect is refused; for the event log, not for whoever tries. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
