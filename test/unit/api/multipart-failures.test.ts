import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { DarkroomError } from '../../../src/errors.ts';
import { parsed, sendRaw, startFormServer } from '../../support/form-server.ts';

const MiB = 1024 * 1024;
const utf8 = (text: string) => Buffer.from(text);
const head = (disposition: string) => `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`;

describe('an invalid form', () => {
  it.each([
    ['nothing', '', 'nowhere is there the boundary "b"'],
    ['garbage', 'a=1&b=2', 'nowhere is there the boundary "b"'],
    ['another boundary', `${head('name=a').replace('--b', '--c')}1\r\n--c--`, 'nowhere is there'],
    ['no closing boundary', `${head('name=a')}1\r\n`, 'ends before its closing boundary'],
    ['a cut file', `${head('name=a; filename=x')}${'x'.repeat(200_000)}`, 'ends before its closing boundary'],
    ['cut headers', '--b\r\nContent-Disposition: form-data; na', 'ends before its closing boundary'],
    ['headers without end', '--b\r\nContent-Disposition: form-data; name=a\r\n--b--', 'Part 1 ends within'],
    ['a part of nothing', `--b\r\n${head('name=a')}1\r\n--b--`, 'Part 1 ends within its headers'],
    ['no headers', '--b\r\n\r\n1\r\n--b--', 'Part 1 has no header "Content-Disposition: form-data"'],
    ['another disposition', '--b\r\nContent-Disposition: inline\r\n\r\n1\r\n--b--', 'Part 1 has no header'],
    ['no name', `${head('x=y')}1\r\n--b--`, 'The name of part 1 must have 1 to 128 characters'],
    ['a long name', `${head(`name=${'n'.repeat(129)}`)}1\r\n--b--`, 'The name of part 1 must have 1 to 128'],
    ['a name with control characters', `${head('name="a\0b"')}1\r\n--b--`, 'none of them control'],
    ['a long file name', `${head(`name=a; filename=${'ü'.repeat(128)}`)}1\r\n--b--`, 'more than 255 bytes'],
    ['a long header', `${head(`name=a; x=${'x'.repeat(17_000)}`)}1\r\n--b--`, 'more than 16384 bytes'],
    ['endless headers', `--b\r\n${'x-a: b\r\n'.repeat(1e5)}`, 'The headers of part 1 have more than 16384'],
    ['many headers', `--b\r\n${'x-a: b\r\n'.repeat(3e3)}\r\n\r\n--b--`, 'part 1 have more than 16384 bytes'],
    [
      'base64',
      `${head('name=a').trim()}\r\nContent-Transfer-Encoding: base64\r\n\r\nAA==\r\n--b--`,
      'base64',
    ],
    ['a field that is not UTF-8', Buffer.from(`${head('name=a')}\xff\r\n--b--`, 'latin1'), 'is not UTF-8'],
  ])('%s: returns malformed_form', async (_, form, detail) => {
    const { port, failures } = await startFormServer();
    const bytes = Buffer.from(form);
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 4000) pieces.push(bytes.subarray(at, at + 4000));
    expect(parsed(await sendRaw(port, pieces))).toMatchObject({
      status: 400,
      body: { code: 'malformed_form', detail: expect.stringContaining(detail) },
    });
    expect(failures).toHaveLength(1);
  });

  it.each([
    ['multipart/form-data', 'malformed_form'],
    ['multipart/form-data; boundary=', 'malformed_form'],
    [`multipart/form-data; boundary=${'b'.repeat(71)}`, 'malformed_form'],
    ['multipart/mixed; boundary=b', 'unsupported_media_type'],
    ['application/json', 'unsupported_media_type'],
  ])('%s: %s', async (contentType, code) => {
    const { port } = await startFormServer();
    const answer = await sendRaw(port, [utf8(`${head('name=a')}1\r\n--b--\r\n`)], contentType);
    expect(parsed(answer).body).toMatchObject({ code });
  });
});

/** A body of which `sent()` bytes have been asked for, and that ends after `size`. */
function zeros(size: number, front: string): { stream: Readable; sent: () => number } {
  let sent = 0;
  const chunk = Buffer.alloc(MiB);
  function* chunks() {
    yield utf8(front);
    for (; sent < size; sent += chunk.length) yield chunk;
    yield utf8('\r\n--b--\r\n');
  }
  return { stream: Readable.from(chunks()), sent: () => sent };
}

const file = head('name="photo"; filename="a.jpg"');

/** Clients that send a file of this size, of which the server wants less, and report what they were answered. */
const clients: Record<string, (url: string, size: number, known: boolean) => Promise<string>> = {
  curl: async (url, size, known) => {
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-form-'));
    await writeFile(join(folder, 'a.jpg'), '');
    await truncate(join(folder, 'a.jpg'), size);
    const flags = known ? [] : ['-H', 'Transfer-Encoding: chunked'];
    const child = spawn('curl', ['-sS', '-i', ...flags, '-F', 'photo=@a.jpg', url], { cwd: folder });
    const answer = await text(child.stdout);
    await rm(folder, { recursive: true });
    return answer;
  },
  'node:http': (url, size, known) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'multipart/form-data; boundary=b' };
      const length = known ? { 'content-length': size + file.length + 9 } : {};
      const call = request(url, { method: 'POST', headers: { ...headers, ...length } }, (response) => {
        const top = `${response.statusCode} connection: ${response.headers.connection}\n`;
        text(response).then((body) => resolve(top + body), reject);
      });
      call.on('error', reject);
      zeros(size, file).stream.pipe(call);
    }),
  // It sends everything before it looks for an answer.
  'a client that does not listen while it sends': async (url, size, known) => {
    const socket = connect({
      port: Number(new URL(url).port),
      host: '127.0.0.1',
      allowHalfOpen: true,
    }).pause();
    const length = known ? `content-length: ${size + file.length + 9}` : 'transfer-encoding: chunked';
    const type = 'content-type: multipart/form-data; boundary=b';
    socket.write(`POST / HTTP/1.1\r\nhost: localhost\r\n${length}\r\n${type}\r\n\r\n`);
    for await (const chunk of zeros(size, file).stream as AsyncIterable<Buffer>) {
      if (!known) socket.write(`${chunk.length.toString(16)}\r\n`);
      socket.write(chunk);
      if (!known) socket.write('\r\n');
      if (socket.writableNeedDrain) await once(socket, 'drain');
    }
    if (!known) socket.write('0\r\n\r\n');
    return text(socket.resume());
  },
};

describe.each(Object.entries(clients))('%s gets the error while it sends', (_, send) => {
  it.each([
    ['of a body too large', true],
    ['of a body too large', false],
  ])('%s (with Content-Length: %s)', async (_, known) => {
    const { url } = await startFormServer({ limits: { totalBytes: 2 * MiB } });
    const answer = await send(url, 64 * MiB, known);
    expect(answer).toMatch(/connection: close/i);
    expect(answer).toContain('"code":"payload_too_large"');
    expect(answer).toContain(`The form may have at most ${2 * MiB} bytes in all (DARKROOM_MAX_UPLOAD_BYTES)`);
  });

  it('that a file is too large', async () => {
    const { url } = await startFormServer({ limits: { fileBytes: 3 * MiB } });
    const answer = await send(url, 64 * MiB, true);
    expect(answer).toMatch(/connection: close/i);
    expect(answer).toContain('"code":"payload_too_large"');
    expect(answer).toContain(`The file \\"photo\\" (a.jpg) has more than ${3 * MiB} bytes`);
    expect(answer).toContain('(DARKROOM_MAX_ASSET_BYTES)');
  });

  it('that the store is full', async () => {
    const full = new DarkroomError('disk_full', 'The disk is full');
    const { url, failures } = await startFormServer({
      onFile: async (_, body) => {
        for await (const _ of body) throw full;
        return { field: '' };
      },
    });
    const answer = await send(url, 64 * MiB, false);
    expect(answer).toMatch(/connection: close/i);
    expect(answer).toContain('"code":"disk_full"');
    expect(failures).toEqual([full]);
  });
});

describe('the limits', () => {
  it('are reported with the name of the field', async () => {
    const { port } = await startFormServer({ limits: { fieldBytes: 10 } });
    const field = (size: number) => [utf8(`${head('name=job; filename=x')}${'x'.repeat(size)}\r\n--b--`)];
    expect(parsed(await sendRaw(port, field(10))).status).toBe(200);
    expect(parsed(await sendRaw(port, field(11)))).toMatchObject({
      status: 413,
      body: {
        code: 'payload_too_large',
        detail: expect.stringMatching(/^The field "job" has more than 10 .*DARKROOM_MAX_BODY_BYTES/),
      },
    });
  });

  it('accept a file of exactly the limit', async () => {
    const { port } = await startFormServer({ limits: { fileBytes: 100_000 } });
    const one = (size: number) => [utf8(file), Buffer.alloc(size), utf8('\r\n--b--')];
    expect(parsed(await sendRaw(port, one(100_000))).body).toMatchObject([{ size: 100_000 }]);
    expect(parsed(await sendRaw(port, one(100_001))).status).toBe(413);
  });

  it.each(['file', 'field'] as const)('apply to each %s', async (kind) => {
    const { port } = await startFormServer({ limits: { files: 2, fields: 2 } });
    const part = kind === 'file' ? `${file}x\r\n` : `${head('name=photo')}x\r\n`;
    expect(parsed(await sendRaw(port, [utf8(`${part.repeat(2)}--b--`)])).status).toBe(200);
    const { status, body } = parsed(await sendRaw(port, [utf8(`${part.repeat(3)}--b--`)]));
    expect([status, body]).toMatchObject([
      413,
      { detail: `The form may have at most 2 ${kind}s, and "photo" is one more` },
    ]);
  });
});

describe('an interrupted upload', () => {
  it('aborts the handler, and rejects once the handler has settled', async () => {
    const events: string[] = [];
    let arrived = () => {};
    const begun = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    let settle = () => {};
    const settled = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const { url, failures } = await startFormServer({
      onFile: async (_, body, signal) => {
        signal.addEventListener('abort', () => events.push('signal'));
        body.once('data', arrived);
        const end = await buffer(body).catch((error: DarkroomError) => error.code);
        events.push(`body: ${String(end)}`);
        await new Promise((resolve) => setImmediate(resolve));
        events.push(`failures: ${failures.length}`);
        settle();
        throw new Error('a consequence');
      },
    });
    const call = request(url, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    });
    call.on('error', () => {});
    call.write(utf8(file));
    call.write(Buffer.alloc(100_000));
    await begun;
    call.destroy();
    await settled;
    expect(events).toEqual(['signal', 'body: upload_interrupted', 'failures: 0']);
    await expect.poll(() => failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ code: 'upload_interrupted', status: 400, retryable: true });
    expect(await (await fetch(url)).text()).toBe('still here');
  });

  it('rejects before the first part', async () => {
    const { port, failures } = await startFormServer();
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\ncontent-type: multipart/form-data; boundary=b\r\n\r\n--b',
    );
    await once(socket, 'connect');
    socket.destroy();
    await expect.poll(() => failures).toMatchObject([{ code: 'upload_interrupted' }]);
  });

  it('reports that the client stopped sending', async () => {
    const { url, failures } = await startFormServer({ limits: { idleMs: 200 } });
    const call = request(url, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    });
    call.write(utf8(file));
    const [response] = (await once(call, 'response')) as [Readable & { statusCode: number }];
    expect(response.statusCode).toBe(408);
    expect(await text(response)).toContain('The client sent less than 64 KiB in 0.2 s of the form');
    expect(failures).toMatchObject([{ code: 'upload_timeout', retryable: true }]);
    call.destroy();
  });

  it('reports that the client sent too slowly', async () => {
    const { url, failures } = await startFormServer({ limits: { idleMs: 400 } });
    const call = request(url, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    });
    call.write(utf8(file));
    const trickle = setInterval(() => call.write('x'), 20);
    const [response] = (await once(call, 'response')) as [Readable & { statusCode: number }];
    clearInterval(trickle);
    expect(response.statusCode).toBe(408);
    expect(failures).toMatchObject([{ code: 'upload_timeout' }]);
    call.destroy();
  });

  it('does not count the time of the handler', async () => {
    const { url } = await startFormServer({
      limits: { idleMs: 3000 },
      onFile: async ({ field }, body) => {
        for await (const _ of body) break;
        await new Promise((resolve) => setTimeout(resolve, 4000));
        return { field };
      },
    });
    const form = new FormData();
    form.append('slow', new Blob([Buffer.alloc(5 * MiB)]), 'x');
    form.append('last', 'here');
    expect(await (await fetch(url, { method: 'POST', body: form })).json()).toHaveLength(2);
  });

  it('of an invalid field rejects before the file has been sent', async () => {
    const { url } = await startFormServer({
      onField: () => {
        throw new DarkroomError('invalid_request', 'The part "job" is no job');
      },
    });
    const body = zeros(1024 * MiB, `${head('name=job')}{}\r\n${file}`);
    const call = request(url, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    });
    call.on('error', () => {});
    body.stream.pipe(call);
    const [response] = (await once(call, 'response')) as [Readable & { statusCode: number }];
    expect(response.statusCode).toBe(422);
    expect(await text(response)).toContain('The part \\"job\\" is no job');
    body.stream.destroy();
    call.destroy();
    expect(body.sent()).toBeLessThan(300 * MiB);
  });
});
