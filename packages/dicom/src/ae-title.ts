import { z } from 'zod';

/**
 * A setting of one AE title, a list of them, or `*` for any; its value is always a list.
 * PS3.5 section 6.2, VR AE: 1 to 16 characters of the default repertoire without backslash and control
 * characters, leading and trailing spaces not significant.
 */
export function aeTitles() {
  const one = titleThat((title) => title === '*' || isAeTitle(title));
  return z.union([one.transform((title) => [title]), z.array(one).min(1)]);
}

/** A setting of one AE title, ours or a peer's. */
export function aeTitle() {
  return titleThat((title) => title !== '*' && isAeTitle(title));
}

/** Says whether a trimmed title is one (PS3.5 section 6.2). */
export function isAeTitle(title: string): boolean {
  return /^[\x21-\x5b\x5d-\x7e](?:[\x20-\x5b\x5d-\x7e]{0,14}[\x21-\x5b\x5d-\x7e])?$/.test(title);
}

/** Says whether a list of a setting lets a title in: exactly, case and all, or by `*`. */
export function lets(titles: readonly string[], title: string): boolean {
  return titles.includes('*') || titles.includes(title);
}

function titleThat(isFit: (title: string) => boolean) {
  return z
    .string()
    .transform((title) => title.trim())
    .refine(isFit, {
      message: 'an AE title has 1 to 16 printable ASCII characters without backslash',
    });
}
