import type { Report } from './report.ts';
import { treeAt, type TreeMap } from './tree.ts';

/**
 * Checks that the secret of the OpenID client does not stand in the file itself, which is copied, sent and kept where many
 * read it.
 * @param own the keys of the file itself
 */
export function checkOpenId(own: TreeMap, report: Report): void {
  const secret = treeAt(own, ['openIdConnect', 'clientSecret']);
  if (secret?.kind !== 'scalar') return;
  report.hide(secret.at, secret.end);
  if (secret.fromEnvironment) return;
  report.error(
    'CLIENT_SECRET_IN_CLEAR',
    secret.at,
    'openIdConnect.clientSecret: a secret does not stand in this file; write a variable and set it in the environment',
    '${OPENID_SECRET}',
  );
}
