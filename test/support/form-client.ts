/** Sends forms over a connection of its own, as fast, as slowly and as far as a test wants. */
import { once } from 'node:events';
import { type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

const BOUNDARY = 'the-boundary-of-the-test';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

export interface FormRequest {
  readonly call: ClientRequest;
  /** Rejects when the connection breaks first. */
  readonly answer: Promise<Answer>;
  /** Resolves when there is room for more. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** Ends the form, and resolves with the answer. */
  end(): Promise<Answer>;
  /** The client is gone. */
  cut(): void;
}

export const endOfForm = `\r\n--${BOUNDARY}--\r\n`;

/** The head of a part; its content follows. */
export function partHead(
  name: string,
  { fileName, type }: { fileName?: string; type?: string } = {},
): string {
  const file = fileName === undefined ? '' : `; filename="${fileName}"`;
  const media = type === undefined ? '' : `Content-Type: ${type}\r\n`;
  return `\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${media}\r\n`;
}

export const jobPart = (spec: unknown): string =>
  partHead('job', { type: 'application/json' }) + (typeof spec === 'string' ? spec : JSON.stringify(spec));

/** Begins a request whose body is still to be written; chunked, unless a header says how long it is. */
export function beginForm(url: string, headers: Record<string, string | number> = {}): FormRequest {
  const call = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...headers },
  });
  const closed = once(call, 'close').catch(() => undefined);
  const answer = new Promise<Answer>((resolve, reject) => {
    call.once('error', reject);
    call.once('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      text(response).then((body) => resolve({ status, headers, body: JSON.parse(body) }), reject);
    });
  });
  // Who cuts the connection does not ask for an answer.
  answer.catch(() => undefined);
  return {
    call,
    answer,
    write: (bytes) =>
      new Promise((resolve) => {
        void closed.then(() => resolve());
        call.write(bytes, () => resolve());
      }),
    end: () => {
      call.end(endOfForm);
      return answer;
    },
    cut: () => void call.destroy(),
  };
}

/** Sends a whole form. */
export async function sendForm(
  url: string,
  pieces: readonly (Uint8Array | string)[],
  headers: Record<string, string> = {},
): Promise<Answer> {
  const form = beginForm(url, headers);
  for (const piece of pieces) await form.write(piece);
  return form.end();
}
