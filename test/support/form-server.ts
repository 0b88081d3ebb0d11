/** A server whose one address takes a form, and says as JSON what it was given. */
import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { onTestFinished } from 'vitest';
import {
  type FormFile,
  type FormHandlers,
  type FormLimits,
  readForm,
} from '../../src/api/forms/multipart.ts';
import { problemResponse, publicError } from '../../src/api/problems/problem.ts';
import { createHttpServer } from '../../src/api/server/server.ts';
import { createLog } from '../../src/log.ts';

const roomy: FormLimits = {
  fieldBytes: 1024 * 1024,
  fileBytes: 64 * 1024 * 1024,
  totalBytes: 256 * 1024 * 1024,
  files: 100,
  fields: 100,
  idleMs: 30_000,
};

export interface Taken {
  readonly field: string;
  readonly text?: string;
  readonly fileName?: string | null;
  readonly mediaType?: string;
  readonly sha256?: string;
  readonly size?: number;
}

export interface FormServer {
  readonly url: string;
  readonly port: number;
  /** What `readForm` threw, as it did. */
  readonly failures: unknown[];
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function hashed(file: FormFile, body: Readable): Promise<Taken> {
  const bytes = await buffer(body);
  return { ...file, sha256: sha256(bytes), size: bytes.length };
}

/** Ends with the test. */
export async function startFormServer(
  options: Partial<FormHandlers<Taken>> & { limits?: Partial<FormLimits> } = {},
): Promise<FormServer> {
  const failures: unknown[] = [];
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.post('/', async (c) => {
    const taken: Taken[] = [];
    try {
      await readForm<void>(
        c.env,
        { ...roomy, ...options.limits },
        {
          fields: options.fields ?? ['job'],
          onField: async (name, text) => {
            await options.onField?.(name, text);
            taken.push({ field: name, text });
          },
          onFile: async (file, body, signal) => {
            taken.push(await (options.onFile ?? hashed)(file, body, signal));
          },
        },
      );
    } catch (error) {
      failures.push(error);
      throw error;
    }
    return c.json(taken);
  });
  app.get('/', (c) => c.text('still here'));
  app.onError((error, c) => problemResponse(c, publicError(error, createLog('silent', 'test'))));
  const server = createHttpServer((request, env) => app.fetch(request, env));
  const port = await listening(server);
  return { url: `http://127.0.0.1:${port}/`, port, failures };
}

export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}

/** Sends a form whose bytes reach the server in exactly these pieces, and resolves with the whole answer. */
export function sendRaw(
  port: number,
  pieces: readonly Uint8Array[],
  contentType = 'multipart/form-data; boundary=b',
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text) => {
      answer += text;
    });
    socket.once('error', reject).once('close', () => resolve(answer));
    socket.write(
      'POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntransfer-encoding: chunked\r\n' +
        `content-type: ${contentType}\r\n\r\n`,
    );
    // Each chunk of this encoding is one of the server's.
    for (const piece of pieces) {
      socket.write(`${piece.length.toString(16)}\r\n`);
      socket.write(piece);
      socket.write('\r\n');
    }
    socket.write('0\r\n\r\n');
  });
}

/** Status and JSON body of what `sendRaw` was answered. */
export function parsed(answer: string): { status: number; body: unknown } {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), body: JSON.parse(body) as unknown };
}
