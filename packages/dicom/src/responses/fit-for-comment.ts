/** A text as an Error Comment can carry it. PS3.5 section 6.2: an LO has at most 64 characters, no backslash and no control characters. */
export function fitForComment(comment: string): string {
  return comment
    .replaceAll('\\', '/')
    .replaceAll(/[^ -~]/g, ' ')
    .trim()
    .slice(0, 64);
}
