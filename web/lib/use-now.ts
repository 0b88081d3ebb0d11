import { useEffect, useState } from 'preact/hooks';
import { usePageVisible } from './use-page-visible.ts';

const TICK_MS = 1000;

/** Returns the current time (epoch, ms), updated every second while `ticking`. */
export function useNow(ticking = true): number {
  const [now, setNow] = useState(Date.now);
  const visible = usePageVisible();
  useEffect(() => {
    if (!visible || !ticking) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [visible, ticking]);
  return now;
}
