import { useLayoutEffect, useState, type RefObject } from 'react';

/** The width of an element in pixels, as it is now. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(1000);
  useLayoutEffect(() => {
    const place = element.current;
    if (!place) return undefined;
    const watch = new ResizeObserver(() => setWidth(place.clientWidth - 8));
    watch.observe(place);
    return () => watch.disconnect();
  }, [element]);
  return width;
}
