import type { Report } from '../report.ts';
import { scalarsOf, type Tree } from '../tree.ts';

/** Doubts passwords that stand in a URL of the file, and keeps them out of what is shown of it. */
export function checkUrls(tree: Tree, report: Report): void {
  for (const { at, end, value, fromEnvironment } of scalarsOf(tree)) {
    if (typeof value !== 'string' || fromEnvironment || !passwordInUrl.test(value)) continue;
    report.hide(at, end);
    const message = 'a password stands in this URL in clear; take it from the environment';
    report.warning('PASSWORD_IN_URL', at, message, '"${URL}"');
  }
}

// RFC 3986 section 3.2.1: user information before the host; a scheme, a name, a colon, a password.
const passwordInUrl = /[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:[^\s/?#@]+@/i;
