/**
 * Says whether a value is like a pattern with the wildcards of DICOM: `*` for any characters, none too, and `?` for
 * any one (PS3.4 section C.2.2.2.4). Takes no more time than both lengths multiplied.
 */
export function isLike(value: string, pattern: string): boolean {
  let at = 0;
  let next = 0;
  // Where the last * stood, and how much of the value it has taken.
  let star = -1;
  let taken = 0;
  while (at < value.length) {
    if (pattern[next] === '*') {
      star = next++;
      taken = at;
    } else if (next < pattern.length && (pattern[next] === '?' || pattern[next] === value[at])) {
      next++;
      at++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++taken;
    } else return false;
  }
  while (pattern[next] === '*') next++;
  return next === pattern.length;
}
