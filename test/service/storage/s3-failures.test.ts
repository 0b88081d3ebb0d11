import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DarkroomError } from '../../../src/errors.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import type { S3Access } from '../../../src/storage/s3/connection.ts';
import { createS3Store } from '../../../src/storage/s3/index.ts';
import { afterFirst, bytesOf, keysOf, textOf } from '../../contracts/store/suite.ts';
import { BUILD_MS, type S3Server, startS3Server } from '../../support/s3-server.ts';
import { startWire as startWireTo } from '../../support/wire.ts';

const MiB = 1024 * 1024;

describe('an S3 store with a failing server', () => {
  let server: S3Server;
  const closing: (() => Promise<unknown> | unknown)[] = [];

  beforeAll(async () => {
    server = await startS3Server();
  }, BUILD_MS);
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    await server.dispose();
  });

  const storeAt = (endpoint: string, access: S3Access = {}, bucket = server.bucket): ObjectStore =>
    createS3Store({ bucket, access: { ...server, endpoint, ...access } });

  const listening = async (listener: Server | ReturnType<typeof createServer>): Promise<string> => {
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  };

  const startWire = async () => {
    const wire = await startWireTo(server.endpoint);
    closing.push(wire.close);
    return wire;
  };

  /** A server of the kind of which there is none to run here: it answers as told. */
  const startAnswering = async (answer: RequestListener): Promise<string> => {
    const answering = createHttpServer(answer);
    closing.push(() => {
      answering.closeAllConnections();
      answering.close();
    });
    return listening(answering);
  };

  const attempts = (store: ObjectStore): Record<string, () => Promise<unknown>> => ({
    check: () => store.check(),
    put: () => store.put('a', 'x'),
    get: () => store.get('a'),
    head: () => store.head('a'),
    list: () => keysOf(store, ''),
    delete: () => store.delete('a'),
    deleteAll: () => store.deleteAll('a/'),
  });

  const errorsOf = async (store: ObjectStore): Promise<Record<string, DarkroomError>> => {
    const errors: Record<string, DarkroomError> = {};
    for (const [name, attempt] of Object.entries(attempts(store))) {
      const error = await attempt().then(
        () => new Error('It went well'),
        (thrown: unknown) => thrown,
      );
      expect(error, name).toBeInstanceOf(DarkroomError);
      errors[name] = error as DarkroomError;
    }
    return errors;
  };

  /** Of each method: the code, and what its message says, without any secret or address. */
  const expectAll = async (store: ObjectStore, reason: RegExp, advice: RegExp): Promise<void> => {
    for (const [name, error] of Object.entries(await errorsOf(store))) {
      expect(error.code, name).toBe('store_unavailable');
      expect(String(error.details?.['reason']), name).toMatch(reason);
      expect(error.message, name).toMatch(advice);
      expect(error.message, name).not.toMatch(/127\.0\.0\.1|localhost/);
      expect(error.message, name).not.toContain(server.credentials.accessKeyId);
      expect(JSON.stringify({ ...error, message: error.message })).not.toContain(
        server.credentials.secretAccessKey,
      );
    }
  };

  it('reports a server that does not answer', async () => {
    const closed = createServer();
    const endpoint = await listening(closed);
    await new Promise((resolve) => closed.close(resolve));
    await expectAll(
      storeAt(endpoint),
      /^ECONNREFUSED$/,
      /does not answer: check that it runs, AWS_ENDPOINT_URL_S3/,
    );
  });

  it('reports a missing bucket by name, also if a missing object has the same status', async () => {
    const store = storeAt(server.endpoint, {}, 'no-such-bucket');
    await expectAll(
      store,
      /^NoSuchBucket$/,
      /there is no bucket "no-such-bucket": create it, or correct DARKROOM_STORE/,
    );
  });

  it('reports rejected credentials', async () => {
    const credentials = { ...server.credentials, secretAccessKey: 'wrong' };
    await expectAll(storeAt(server.endpoint, { credentials }), /^(SignatureDoesNotMatch|403)$/, /refused/);
  });

  it('treats 404 as a missing object only with its error code', async () => {
    // This server answers an unknown user so.
    const credentials = { ...server.credentials, accessKeyId: 'unknown' };
    await expectAll(
      storeAt(server.endpoint, { credentials }),
      /^(XAdminUserNotFound|NoSuchBucket)$/,
      /cannot/,
    );
  });

  it('reports missing credentials', async () => {
    const none = Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' });
    const store = storeAt(server.endpoint, { credentials: () => Promise.reject(none) });
    await expectAll(store, /^CredentialsProviderError$/, /set AWS_ACCESS_KEY_ID/);
  });

  it('reports the error of the server', async () => {
    const endpoint = await startAnswering((_, response) =>
      response.writeHead(500).end('<Error><Code>InternalError</Code><Message>/srv/secret</Message></Error>'),
    );
    await expectAll(storeAt(endpoint), /^(InternalError|500)$/, /answered 500/);
  });

  it('times out if the server does not answer', async () => {
    const wire = await startWire();
    const store = storeAt(wire.endpoint);
    await store.put('a', 'x');
    wire.setSilent(true);
    await expect(store.check()).rejects.toMatchObject({
      code: 'store_unavailable',
      details: { reason: 'TimeoutError' },
    });
  });

  it('can be aborted while the server does not answer', async () => {
    const wire = await startWire();
    const store = storeAt(wire.endpoint);
    wire.setSilent(true);
    const abort = new AbortController();
    const reason = new Error('enough');
    const source = afterFirst('new', (stream) => {
      stream.push(null);
      setTimeout(() => abort.abort(reason), 200);
    });
    await expect(store.put('a', source, { signal: abort.signal })).rejects.toBe(reason);
  });

  it('fails the read if the connection breaks, and continues with other requests', async () => {
    const wire = await startWire();
    const store = storeAt(wire.endpoint);
    await store.put('large', Buffer.alloc(4 * MiB));
    wire.cutAfter(MiB);
    const body = await store.get('large');
    await expect(body?.toArray()).rejects.toMatchObject({
      name: 'DarkroomError',
      code: 'store_unavailable',
      message: expect.stringContaining('cannot read "large"'),
    });
    wire.cutAfter(Number.POSITIVE_INFINITY);
    expect((await bytesOf(store, 'large')).length).toBe(4 * MiB);
  });

  it('ignores a broken body without a reader', async () => {
    const wire = await startWire();
    const store = storeAt(wire.endpoint);
    await store.put('large', Buffer.alloc(4 * MiB));
    wire.cutAfter(MiB);
    const body = await store.get('large');
    await new Promise((resolve) => setTimeout(resolve, 100));
    body?.destroy();
    wire.cutAfter(Number.POSITIVE_INFINITY);
    await store.put('large', 'x');
  });

  it('recovers with its server', async () => {
    const store = storeAt(server.endpoint);
    await store.put('kept', 'x');
    await server.stop();
    await expect(store.check()).rejects.toMatchObject({ code: 'store_unavailable' });
    await server.start();
    await store.check();
    expect(await textOf(store, 'kept')).toBe('x');
  });

  it('fails a deletion if the response lists objects that remain', async () => {
    const endpoint = await startAnswering((request, response) => {
      request.resume();
      response
        .writeHead(200, { 'content-type': 'application/xml' })
        .end(
          request.method === 'GET'
            ? '<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a/b</Key><Size>1</Size></Contents></ListBucketResult>'
            : '<DeleteResult><Error><Key>a/b</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>',
        );
    });
    await expect(storeAt(endpoint).deleteAll('a/')).rejects.toMatchObject({
      code: 'store_unavailable',
      details: { reason: 'AccessDenied' },
    });
  });

  it('distinguishes a full server from an unavailable one', async () => {
    const endpoint = await startAnswering((_, response) =>
      response.writeHead(507).end('<Error><Code>XMinioStorageFull</Code></Error>'),
    );
    await expect(storeAt(endpoint).put('a', 'x')).rejects.toMatchObject({ code: 'disk_full' });
  });
});
