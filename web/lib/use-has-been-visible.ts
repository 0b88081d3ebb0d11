import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Elements within this distance of the viewport count as visible. */
const MARGIN = '200px';

/** Returns whether an element is or has been in or near the viewport. */
export function useHasBeenVisible(element: RefObject<Element | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!element.current || seen) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, seen]);
  return seen;
}
