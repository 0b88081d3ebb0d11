/** A login that ends, ends the responses that depend on it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLoginWatch } from '../../../src/api/auth/login-watch.ts';
import { DarkroomError } from '../../../src/errors.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const watch = (verify: () => Promise<unknown>) => {
  const onEnd = vi.fn();
  return { onEnd, forget: createLoginWatch(verify)(onEnd) };
};

test('ends once, within seconds, when the login is rejected', async () => {
  let isValid = true;
  const { onEnd } = watch(async () => {
    if (!isValid) throw new DarkroomError('unauthenticated', 'revoked');
  });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(onEnd).not.toHaveBeenCalled();
  isValid = false;
  await vi.advanceTimersByTimeAsync(5000);
  expect(onEnd).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(onEnd).toHaveBeenCalledOnce();
});

test('goes on while the login cannot be verified', async () => {
  const { onEnd } = watch(async () => {
    throw new DarkroomError('store_unavailable', 'away');
  });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(onEnd).not.toHaveBeenCalled();
});

test('ends with the response', async () => {
  const verify = vi.fn(async () => undefined);
  watch(verify).forget();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(verify).not.toHaveBeenCalled();
});
