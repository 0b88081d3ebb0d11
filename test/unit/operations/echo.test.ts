import { describe, expect, test } from 'vitest';
import { systemEcho, testEcho } from '../../../operations/echo/index.ts';
import { createRegistry } from '../../../operations/registry.ts';
import { operationContract } from '../../contracts/operation.ts';
import { runOperation } from '../../support/run-operation.ts';

operationContract(
  systemEcho,
  { title: 'nothing', params: {} },
  { title: 'a message', params: { message: 'test' } },
  { title: 'nested JSON', params: { a: [1, null, { b: false }], 'ü/~': '' } },
);

operationContract(
  testEcho,
  { title: 'a message', params: { message: 'test' } },
  { title: 'a delay', params: { delay_ms: 20, steps: 4 } },
  { title: 'assets', params: {}, assets: [{ name: 'a.bin', bytes: 'abc' }] },
);

describe('system.echo', () => {
  test('returns its parameters unchanged', async () => {
    const params = { a: 1, b: { c: [null, 'x'] } };
    const { data, files } = await runOperation(systemEcho, { params });
    expect(data).toEqual(params);
    expect([...files.keys()]).toEqual(['result.json']);
  });

  test('needs the capability io', () => {
    expect(createRegistry([systemEcho]).capabilities).toEqual(['io']);
  });
});

describe('test.echo', () => {
  test('returns its parameters without defaults', async () => {
    const params = { message: { a: 1 }, delay_ms: 1, other: [true] };
    expect((await runOperation(testEcho, { params })).data).toEqual(params);
  });

  test('reports each step', async () => {
    const { progress } = await runOperation(testEcho, { params: { delay_ms: 10, steps: 4 } });
    expect(progress.map(({ fraction, detail }) => [fraction, detail])).toEqual([
      [0.25, 'step 1 of 4'],
      [0.5, 'step 2 of 4'],
      [0.75, 'step 3 of 4'],
      [1, 'step 4 of 4'],
    ]);
  });

  test('stops within a step after an abort', async () => {
    const abort = new AbortController();
    // Ten minutes in one step: the test would run into its time limit if the signal went unheard.
    const running = runOperation(testEcho, { params: { delay_ms: 600_000, steps: 1 }, signal: abort.signal });
    setTimeout(() => abort.abort(new Error('enough')), 100);
    await expect(running).rejects.toThrow('enough');
  });

  test('fails permanently', async () => {
    const running = runOperation(testEcho, { params: { fail: 'permanent' }, attempt: 5 });
    await expect(running).rejects.toMatchObject({ code: 'operation_failed', retryable: false });
  });

  test.each([
    [{ fail: 'transient' }, 1],
    [{ fail: 'transient', fail_times: 3 }, 3],
  ])('%j: fails for as many attempts and then succeeds', async (params, times) => {
    for (let attempt = 1; attempt <= times; attempt++) {
      const running = runOperation(testEcho, { params, attempt });
      await expect(running).rejects.toMatchObject({
        code: 'operation_failed_for_now',
        retryable: true,
        details: { attempt },
      });
    }
    await expect(runOperation(testEcho, { params, attempt: times + 1 })).resolves.toMatchObject({
      data: params,
    });
  });

  test.each<[string, unknown]>([
    ['delay_ms', -1],
    ['delay_ms', 600_001],
    ['delay_ms', '10'],
    ['steps', 0],
    ['fail', 'sometimes'],
    ['fail_times', 0],
    ['on_error', 'ignore'],
  ])('refuses %s = %j', (name, value) => {
    const parsed = createRegistry([testEcho])
      .find('test.echo')
      ?.parse({ [name]: value });
    expect(parsed).toMatchObject({ ok: false, errors: [{ pointer: `/${name}` }] });
  });
});
