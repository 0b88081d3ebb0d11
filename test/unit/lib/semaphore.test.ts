import { expect, test } from 'vitest';
import { Semaphore } from '../../../src/lib/semaphore.ts';

const never = new AbortController().signal;

/** Work that ends when it is told. */
function held(log: string[], name: string): { work: () => Promise<string>; end: () => void } {
  let end = () => {};
  const over = new Promise<string>((resolve) => {
    end = () => resolve(name);
  });
  const work = () => {
    log.push(name);
    return over;
  };
  return { work, end };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('limits concurrency in order of arrival, and a failure releases its slot', async () => {
  const turns = new Semaphore(2);
  const begun: string[] = [];
  const [a, b, c] = ['a', 'b', 'c'].map((name) => held(begun, name)) as [
    ReturnType<typeof held>,
    ReturnType<typeof held>,
    ReturnType<typeof held>,
  ];
  const first = turns.run(never, a.work);
  const second = turns.run(never, b.work);
  const failing = turns.run(never, () => {
    begun.push('failing');
    return Promise.reject(new Error('no'));
  });
  const third = turns.run(never, c.work);
  failing.catch(() => undefined);
  await settled();
  expect(begun).toEqual(['a', 'b']);
  a.end();
  expect(await first).toBe('a');
  await expect(failing).rejects.toThrow('no');
  await settled();
  expect(begun).toEqual(['a', 'b', 'failing', 'c']);
  b.end();
  c.end();
  expect(await Promise.all([second, third])).toEqual(['b', 'c']);
});

test('an aborted waiter takes no slot', async () => {
  const turns = new Semaphore(1);
  const begun: string[] = [];
  const a = held(begun, 'a');
  const stop = new AbortController();
  const first = turns.run(never, a.work);
  const leaving = turns.run(stop.signal, held(begun, 'b').work);
  const last = turns.run(never, () => Promise.resolve('c'));
  stop.abort(new Error('cancelled'));
  await expect(leaving).rejects.toThrow('cancelled');
  await expect(turns.run(stop.signal, a.work)).rejects.toThrow('cancelled');
  a.end();
  expect(await Promise.all([first, last])).toEqual(['a', 'c']);
  expect(begun).toEqual(['a']);
});
