/** Requests that a server without login takes, by their Host and Origin headers. */
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { guardHost } from '../../../src/api/auth/host-guard.ts';
import { DarkroomError } from '../../../src/errors.ts';

const send = async (headers: Record<string, string>, publicUrl = 'https://images.example/darkroom') => {
  const app = new Hono();
  app.use(guardHost(publicUrl, ['https://partner.example']));
  app.get('/', (c) => c.text('taken'));
  app.onError((error, c) =>
    c.text(error instanceof DarkroomError ? `${error.code} ${error.message}` : 'bug', 400),
  );
  return (await app.request('/', { headers })).text();
};

test.each([
  [{ host: '127.0.0.1:8080' }],
  [{ host: '[::1]' }],
  [{ host: 'darkroom.localhost:8080' }],
  // A proxy on this machine sends these; nginx's `$host` has no port.
  [{ host: 'images.example' }],
  [{ host: 'Images.Example:443', origin: 'https://images.example' }],
  [{ host: 'localhost', origin: 'https://partner.example' }],
])('%j', async (headers) => {
  expect(await send(headers)).toBe('taken');
});

test.each([
  ['a name that was made to resolve to this machine', { host: 'evil.example' }, 'misdirected_host'],
  ['a name that contains ours', { host: 'images.example.evil.example' }, 'misdirected_host'],
  ['a user name before a host', { host: 'images.example@evil.example' }, 'misdirected_host'],
  ['the name of an upstream of nginx', { host: 'darkroom' }, 'misdirected_host'],
  ['no name at all', { host: '' }, 'misdirected_host'],
  ['a page of another site', { host: 'localhost', origin: 'https://evil.example' }, 'origin_forbidden'],
  ['our name without TLS', { host: 'localhost', origin: 'http://images.example' }, 'origin_forbidden'],
])('rejects %s', async (_, headers, code) => {
  expect(await send(headers)).toMatch(new RegExp(`^${code} `));
});

test('the error says how to set up a proxy', async () => {
  expect(await send({ host: 'darkroom' })).toMatch(
    /not for "darkroom"\. Behind a proxy, set DARKROOM_PUBLIC_URL .* proxy_set_header Host \$host.*DARKROOM_ALLOW_ANONYMOUS=1/,
  );
});
