/** guestkit's job documents, and what is asked of darkroom for them. */
import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { systemEcho } from '../../../operations/echo/index.ts';
import { guestkitInspect } from '../../../operations/guestkit-inspect/index.ts';
import { createRegistry } from '../../../operations/registry.ts';
import { fail, queueFull } from '../../../src/dialects/guestkit/errors.ts';
import { toDocumentError, toJobRequest } from '../../../src/dialects/guestkit/job-document.ts';
import { errorCatalogue as catalogueOfErrors, DarkroomError, type ErrorCode } from '../../../src/errors.ts';
import { ConcurrencyQuotas } from '../../../src/jobs/submit/concurrency-quota.ts';
import type { JobRequest } from '../../../src/jobs/submit/submitter.ts';
import { validate } from '../../../src/jobs/submit/validate.ts';
import { document } from '../../support/clients/guestkit/requests.ts';

const catalogue = createRegistry([systemEcho, guestkitInspect]);
const operation = 'guestkit.inspect';
const checksum = `sha256:${'ab'.repeat(32)}`;
const path = '/vms/production-web-01.qcow2';
const inspect = (data: unknown) => toJobRequest(document('vm', { operation, data }), catalogue);
const errorsOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return (error as { details: { errors: unknown } }).details.errors;
  }
  throw new Error('Nothing was thrown');
};

const check = (request: JobRequest) =>
  validate(
    'public',
    request,
    { operations: catalogue, templates: { fill: async () => null }, whyUrlRejected: () => null },
    [],
  );

describe('an image', () => {
  test('becomes an asset with its checksum; format and options become parameters', async () => {
    const options = { include_packages: true, include_services: false };
    const request = inspect({ image: { path, format: 'qcow2', checksum }, options });
    expect(request).toEqual({
      id: 'vm',
      operation,
      params: { include_packages: true, include_services: false, format: 'qcow2' },
      assets: [{ source: { path }, checksum, attributes: { path } }],
      labels: { created_at: '2026-01-30T10:00:00Z' },
    });
    await expect(check(request)).resolves.toBeDefined();
  });

  test('needs only a path', () => {
    const bare = { params: {}, assets: [{ source: { path }, attributes: { path } }] };
    expect(inspect({ image: { path } })).toMatchObject(bare);
    // Fields and options that guestkit's own worker has.
    const data = {
      image: { path, read_only: true },
      options: { include_network: true },
      output: { format: 'json' },
    };
    expect(inspect(data)).toMatchObject(bare);
  });

  test.each([
    [{}, '/payload/data/image', 'is required'],
    [{ image: {} }, '/payload/data/image/path', 'is required'],
    [{ image: { path: '' } }, '/payload/data/image/path', 'must not be empty'],
    [{ image: { path, checksum: 'sha256:abc123...' } }, '/payload/data/image/checksum', '64 hexadecimal'],
  ])('%j is rejected with its field', (data, pointer, reason) => {
    expect(errorsOf(() => inspect(data))).toEqual([{ pointer, detail: expect.stringContaining(reason) }]);
  });

  test.each([
    [{ image: { path, format: 'floppy' } }, '/payload/data/image/format'],
    [{ image: { path }, options: { include_packages: 'yes' } }, '/payload/data/options/include_packages'],
    [{ image: { path }, options: { include_pets: true } }, '/payload/data/options/include_pets'],
  ])('%j is rejected by the operation, with its path in the document', async (data, pointer) => {
    const refused = await check(inspect(data)).catch((error: unknown) => error);
    const { errors } = (refused as { details: { errors: { pointer: string; detail: string }[] } }).details;
    expect(errors.map((error) => toDocumentError(operation, error).pointer)).toEqual([pointer]);
  });

  test('null counts as absent where a field is optional, and is rejected where it is required', () => {
    expect(inspect({ image: { path, format: null, checksum: null }, options: null })).toEqual(
      inspect({ image: { path } }),
    );
    expect(errorsOf(() => inspect({ image: { path: null } }))).toMatchObject([
      { pointer: '/payload/data/image/path' },
    ]);
  });

  test('is rejected by a server without the operation', () => {
    expect(
      errorsOf(() => toJobRequest(document('vm', { operation, data: {} }), createRegistry([systemEcho]))),
    ).toEqual([
      {
        pointer: '/operation',
        detail: 'guestkit.inspect is not available on this server; there are system.echo',
      },
    ]);
  });
});

test('each error of darkroom has a code of guestkit and a status; only a bug is INTERNAL_ERROR', async () => {
  const app = new Hono();
  app.get('/:code', (c) => fail(c, new DarkroomError(c.req.param('code') as ErrorCode, 'A sentence')));
  for (const code of Object.keys(catalogueOfErrors)) {
    const response = await app.request(`/${code}`);
    const { error, message } = (await response.json()) as Record<string, string>;
    expect({ code, error, message }).toEqual({
      code,
      error: expect.stringMatching(/^[A-Z_]+$/),
      message: 'A sentence',
    });
    expect(error === 'INTERNAL_ERROR', code).toBe(response.status >= 500 && code === 'internal');
  }
});

test('the queue counts accepted jobs until the next count, and passes errors on', async () => {
  let pending = 0;
  let counts = 0;
  const count = async () => {
    counts += 1;
    if (pending < 0) throw new Error('away');
    return pending;
  };
  const queues = new ConcurrencyQuotas(count, () => 50, queueFull);
  const queue = queues.of('public');
  const all = await Promise.allSettled(Array.from({ length: 80 }, () => queue.acquire()));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
  expect(counts).toBe(1);
  pending = -1;
  await expect.poll(() => queue.acquire().catch(String)).toBe('Error: away');
  pending = 49;
  await queue.acquire();
  await expect(queue.acquire()).rejects.toMatchObject({ code: 'queue_full', retryable: true });
});
