import type { Report } from '../report.ts';
import { scalarsOf, type Tree } from '../tree.ts';
import { withoutPasswords } from '../without-passwords.ts';

/** Doubts passwords that stand in a URL of the file, and keeps them out of what is shown of it. */
export function checkUrls(tree: Tree, report: Report): void {
  for (const { at, end, value, fromEnvironment } of scalarsOf(tree)) {
    if (typeof value !== 'string' || fromEnvironment || withoutPasswords(value) === value) continue;
    report.hide(at, end);
    const message = 'a password stands in this URL in clear; take it from the environment';
    report.warning('PASSWORD_IN_URL', at, message, '"${URL}"');
  }
}
