import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Pixels before it comes into view. */
const MARGIN = '200px';

/** Whether an element has been in view, or nearly so. */
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
