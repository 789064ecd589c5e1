import { widthOf } from './width.ts';

/**
 * Shortens a dotted name from the left to at most `width` columns: whole parts go first,
 * `EnsLib.DICOM.Service.TCP` → `…Service.TCP` → `…TCP`; then letters.
 */
export function shortenName(name: string, width: number, ellipsis = '…'): string {
  if (widthOf(name) <= width) return name;
  const parts = name.split('.');
  for (let from = 1; from < parts.length; from++) {
    const short = ellipsis + parts.slice(from).join('.');
    if (widthOf(short) <= width) return short;
  }
  const letters = Math.max(1, width - widthOf(ellipsis));
  return ellipsis + name.slice(-letters);
}

/** Shortens a text from the right to at most `width` columns. */
export function shortenText(text: string, width: number, ellipsis = '…'): string {
  if (widthOf(text) <= width) return text;
  return text.slice(0, Math.max(1, width - widthOf(ellipsis))) + ellipsis;
}
