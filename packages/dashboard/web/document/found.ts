import type { ShownElement } from '../../src/client.ts';

/** The elements whose keyword, tag or value has the words, and the sequences such a one stands in; all without words. */
export function found(elements: readonly ShownElement[], words: string): readonly ShownElement[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === '') return elements;
  return elements.flatMap((element) => {
    if (isLike(element, wanted)) return [element];
    const items = element.items
      ?.map((item) => found(item, wanted))
      .filter((item) => item.length > 0);
    return items && items.length > 0 ? [{ ...element, items }] : [];
  });
}

function isLike({ tag, keyword = '', values = [] }: ShownElement, wanted: string): boolean {
  const tagged = wanted.replace(/[(), ]/g, '');
  return (
    (tagged !== '' && tag.toLowerCase().startsWith(tagged)) ||
    [keyword, ...values].some((text) => text.toLowerCase().includes(wanted))
  );
}
