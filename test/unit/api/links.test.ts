/** Signed links: which one opens which file, until when. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ApiDependencies } from '../../../src/api/context.ts';
import { Links } from '../../../src/api/links.ts';
import { Keyring } from '../../../src/auth/keyring.ts';
import { linkRoutes } from '../../../src/dialects/native/links.ts';
import type { DarkroomError } from '../../../src/errors.ts';
import { findKeyFault } from '../../../src/storage/key.ts';

const keyring = new Keyring([Buffer.alloc(32, 1)]);
const DAY = 86_400;
const linksOf = (keys: Keyring, maxSeconds = 7 * DAY) =>
  new Links({ sign: (text) => keys.signLink(text), maxSeconds });
const links = linksOf(keyring);

const target = { tenant: 'acme', id: 'holiday', path: 'photo.webp' };
const now = Date.parse('2026-11-30T12:00:00Z');
const expires = now / 1000 + DAY;

const codeOf = (attempt: () => void): string | null => {
  try {
    attempt();
    return null;
  } catch (error) {
    return (error as DarkroomError).code;
  }
};

describe('a signature', () => {
  test('is valid until it expires, and no longer than the server permits now', () => {
    const proof = links.prove(target, expires);
    expect(codeOf(() => links.verify(target, proof, now))).toBeNull();
    expect(codeOf(() => links.verify(target, proof, now + DAY * 1000 - 1))).toBeNull();
    expect(codeOf(() => links.verify(target, proof, now + DAY * 1000))).toBe('link_expired');
    expect(codeOf(() => linksOf(keyring, DAY / 2).verify(target, proof, now))).toBe('link_expired');
    const never = links.prove(target, 'Infinity');
    expect(codeOf(() => links.verify(target, never, now))).toBe('link_expired');
  });

  test('ends with the master key, also while the old one still decrypts', () => {
    const proof = links.prove(target, expires);
    const rotated = new Keyring([Buffer.alloc(32, 2), Buffer.alloc(32, 1)]);
    expect(codeOf(() => linksOf(rotated).verify(target, proof, now))).toBe('link_invalid');
  });

  test('fits no other tenant, job, path or expiry, however they are cut', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom('acme', 'holiday', 'a', '/', '","', ''),
    );
    const part = fc.record({ tenant: text, id: text, path: fc.option(text), expires: text });
    fc.assert(
      fc.property(part, part, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        const { signature } = links.prove(one, one.expires);
        expect(codeOf(() => links.verify(other, { expires: other.expires, signature }, now))).toBe(
          'link_invalid',
        );
      }),
    );
  });

  test('with any change is rejected', () => {
    const { signature } = links.prove(target, expires);
    const changed = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.nat(signature.length - 1), fc.constantFrom(...'Aa0_-='))
        .map(([at, char]) => signature.slice(0, at) + char + signature.slice(at + 1)),
      fc.nat(signature.length).map((length) => signature.slice(0, length)),
      fc.string({ minLength: 1 }).map((more) => signature + more),
    );
    fc.assert(
      fc.property(changed, (each) => {
        fc.pre(each !== signature);
        expect(codeOf(() => links.verify(target, { expires: `${expires}`, signature: each }, now))).toBe(
          'link_invalid',
        );
      }),
    );
  });
});

describe('an address', () => {
  let request: (path: string, init?: RequestInit) => Promise<Response>;
  /** Files that were opened, as `tenant/id/path`. */
  const opened: string[] = [];

  beforeAll(() => {
    // Every job has every file.
    const open = async ({ tenant, id }: { tenant: string; id: string }) => ({
      file: async (path: string) => {
        opened.push(`${tenant}/${id}/${path}`);
        const media_type = path.endsWith('.html') ? 'text/html' : 'image/webp';
        return { entry: { path, size: 2, sha256: 'x', media_type }, open: async () => Buffer.from('ok') };
      },
    });
    const app = linkRoutes({
      jobs: { open },
      links,
      publicUrl: 'http://server',
    } as unknown as ApiDependencies);
    app.use(async (c, next) => {
      c.set('tenant', 'acme');
      await next();
    });
    app.onError((error, c) => c.json({ code: (error as DarkroomError).code }, 403));
    request = async (path, init) => app.request(path, init);
  });

  const pathOf = (path: string, until = Math.floor(Date.now() / 1000) + 60) => {
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    const query = new URLSearchParams({ ...links.prove({ ...target, path }, until) });
    return `/v1/links/acme/holiday/${encoded}?${query}`;
  };

  const fileName = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((name) => findKeyFault(name) === null);

  test('opens the file that it was made for, whatever its name', async () => {
    const names = fc.oneof(
      fileName,
      fc.constantFrom('a%2fb.webp', '100%.webp', 'a b+c&d=e#f?.webp', 'a/b/ü.webp'),
    );
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        opened.length = 0;
        const response = await request(pathOf(`${name}x.webp`));
        expect([name, response.status, opened]).toEqual([name, 200, [`acme/holiday/${name}x.webp`]]);
      }),
    );
  });

  test.each([
    ['dots', (path: string) => path.replace('/photo', '/a/../photo')],
    ['encoded dots', (path: string) => path.replace('/photo', '/a/%2e%2e/photo')],
    ['an encoded slash', (path: string) => path.replace('/acme/', '/acme%2f')],
    ['another tenant', (path: string) => path.replace('/acme/', '/beta/')],
    ['another job', (path: string) => path.replace('/holiday/', '/holiday2/')],
    ['another file', (path: string) => path.replace('photo', 'secret')],
    ['a doubly encoded name', (path: string) => path.replace('photo', '%2570hoto')],
    ['a later expiry', (path: string) => path.replace(/expires=(\d)/, 'expires=9$1')],
    ['an expiry in another form', (path: string) => path.replace('expires=', 'expires=0')],
    ['no signature', (path: string) => path.replace(/&signature=.*/, '')],
    ['no query', (path: string) => path.replace(/\?.*/, '')],
    [
      'the signature of a file for a page',
      (path: string) => {
        const { expires: until, signature } = Object.fromEntries(new URL(path, 'http://x').searchParams);
        return `/v1/pages/acme/holiday/${until}/${signature}/photo.webp`;
      },
    ],
  ])('with %s opens nothing else', async (_, change) => {
    opened.length = 0;
    const response = await request(change(pathOf('photo.webp')));
    // Dots and encodings of the same address mean the same file.
    if (response.status === 200) expect(opened).toEqual(['acme/holiday/photo.webp']);
    else
      expect([response.status, opened]).toEqual([
        expect.toSatisfy((code) => code === 403 || code === 404),
        [],
      ]);
  });

  test('of a page leads to an address below which its pictures are, until the same time', async () => {
    const until = Math.floor(Date.now() / 1000) + 60;
    const response = await request(pathOf('index.html', until));
    const location = response.headers.get('location') ?? '';
    expect([response.status, location]).toEqual([302, expect.stringContaining(`/acme/holiday/${until}/`)]);
    expect((await request(location)).status).toBe(200);
    expect((await request(new URL('thumbs/1.webp', `http://x${location}`).pathname)).status).toBe(200);
    for (const changed of [location.replace(`${until}`, `${until + 1}`), location.replace('acme', 'beta')])
      expect((await request(changed)).status).toBe(403);
  });

  test('takes GET and HEAD only', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect([method, (await request(pathOf('photo.webp'), { method })).status]).toEqual([method, 404]);
    expect((await request(pathOf('photo.webp'), { method: 'HEAD' })).status).toBe(200);
  });
});
