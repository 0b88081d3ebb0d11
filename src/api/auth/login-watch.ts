/** Ends long responses, such as event streams, when the login that they began with is no longer valid. */
import { isOutage } from '../../errors.ts';

const INTERVAL_MS = 5000;

/** Calls `onEnd` once the login is no longer valid. Returns a function that ends the watch. */
export type WatchLogin = (onEnd: () => void) => () => void;

/**
 * @param verify Throws when the login is not valid. An outage of what verifies it ends nothing.
 */
export const createLoginWatch =
  (verify: () => Promise<unknown>): WatchLogin =>
  (onEnd) => {
    const check = () =>
      verify().catch((error: unknown) => {
        if (isOutage(error)) return;
        clearInterval(timer);
        onEnd();
      });
    const timer = setInterval(() => void check(), INTERVAL_MS).unref();
    return () => clearInterval(timer);
  };

/** For callers without a login. */
export const noLoginWatch: WatchLogin = () => () => undefined;
