import { z } from 'zod';

/**
 * The setting for names of files: one pattern, several with `;` between as in IRIS, or a list. `*` stands for any
 * characters and `?` for one; upper and lower case are the same; a name that begins with a dot is never meant.
 */
export function fileSpec() {
  return z
    .union([z.string(), z.array(z.string()).min(1)])
    .transform((value) =>
      [value].flat().flatMap((part) => part.split(';').map((one) => one.trim())),
    )
    .superRefine((patterns, context) => {
      const wrong = patterns.find((pattern) => pattern === '' || pattern.includes('/'));
      if (wrong === undefined) return;
      context.addIssue({
        code: 'custom',
        message: `${JSON.stringify(wrong)} is no pattern for a file name; write one like *.dcm, without a folder`,
      });
    });
}

/** Says whether a file name fits one of the patterns. */
export function fits(name: string, patterns: readonly string[]): boolean {
  if (name.startsWith('.')) return false;
  return patterns.some((pattern) => isLike(name.toLowerCase(), pattern.toLowerCase()));
}

/** Goes back to the last `*` alone, so that no pattern takes long. */
function isLike(name: string, pattern: string): boolean {
  let [at, place] = [0, 0];
  let [star, afterStar] = [-1, 0];
  while (at < name.length) {
    if (pattern[place] === '*') {
      star = place++;
      afterStar = at;
    } else if (place < pattern.length && (pattern[place] === '?' || pattern[place] === name[at])) {
      at++;
      place++;
    } else if (star >= 0) {
      place = star + 1;
      at = ++afterStar;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(place));
}
