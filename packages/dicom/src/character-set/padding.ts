/** A text without the spaces and nulls at its end (PS3.5 section 6.2), in linear time, which a regular expression is not. */
export function withoutTrailing(text: string, padding: ' \0' | '='): string {
  let end = text.length;
  while (end > 0 && padding.includes(text[end - 1]!)) end -= 1;
  return text.slice(0, end);
}
