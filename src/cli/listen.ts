/** `darkroom listen`: receives callbacks in development, verifies, prints and forwards them. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { formatAddress, optionalListenAddress } from '../lib/settings/listen-address.ts';
import { withTimeout } from '../lib/with-timeout.ts';
import { type Callback, verifyCallback } from './callbacks/verify-callback.ts';
import { printJson, say } from './connection.ts';
import { UsageError } from './exit-code.ts';
import { shutdownSignal } from './shutdown-signal.ts';
import { coloured, colourOfState } from './terminal/colour.ts';
import { plain } from './terminal/plain.ts';
import { readWebhookSecrets } from './webhook-secret.ts';

interface Options {
  readonly forwardTo?: string;
  readonly listen: string;
  readonly tenant: string;
  readonly json?: boolean;
}

/** Milliseconds that the receiver may take. */
const FORWARD_MS = 30_000;

export function define(command: Command): void {
  command
    .option('--forward-to <url>', 'send each verified callback there, and return what it answers')
    .option('--listen <host:port>', 'address for callbacks', '127.0.0.1:4242')
    .option('--tenant <name>', 'tenant whose callbacks are verified', 'public')
    .option('--json', 'print a line of JSON for each callback on stdout, and nothing else')
    .addHelpText(
      'after',
      '\nThe secret is that of the server on this machine, or DARKROOM_WEBHOOK_SECRET: what "darkroom webhook-secret"' +
        '\nprints on the machine of the server. The server must be able to reach the address.',
    )
    .action(listen);
}

async function listen(options: Options): Promise<void> {
  const { forwardTo, listen: text, json } = options;
  if (forwardTo !== undefined && !/^https?:\/\//.test(forwardTo))
    throw new UsageError(`--forward-to ${forwardTo}: must be an HTTP address`);
  const address = optionalListenAddress.safeParse(text);
  if (!address.success || address.data === null)
    throw new UsageError(`--listen ${text}: must be host:port, such as 127.0.0.1:4242`);
  const secrets = await readWebhookSecrets(options.tenant);
  const server = createServer((request, response) => {
    void receive(request, response, secrets, options).catch((error: unknown) => {
      say(`A callback was not received: ${error instanceof Error ? error.message : String(error)}`);
      response.destroy();
    });
  });
  await once(server.listen(address.data), 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://${formatAddress({ host: address.data.host, port })}/`;
  if (json) printJson({ type: 'listening', url });
  else console.log(`Ready: darkroom submit … --callback ${url}`);
  await shutdownSignal();
  process.exit(0);
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  secrets: readonly string[],
  { forwardTo, json }: Options,
): Promise<void> {
  const body = await buffer(request);
  const callback = verifyCallback(body, request.headers, secrets);
  if (typeof callback === 'string') {
    say(coloured(`Rejected: ${callback}`, 'red', process.stderr));
    response.writeHead(401).end();
    return;
  }
  const answer = forwardTo === undefined ? null : await forward(forwardTo, body, callback.headers);
  response.writeHead(answer?.status ?? 204).end(answer?.body);
  if (json) printJson({ ...callback.event, id: callback.id, forwarded: answer && { status: answer.status } });
  else console.log(describe(callback, answer?.status));
}

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** Without an answer, the server of darkroom gets 502 and repeats the callback later. */
async function forward(url: string, body: Buffer, headers: Record<string, string>): Promise<Answer> {
  try {
    return await withTimeout(FORWARD_MS, undefined, async (signal) => {
      const answer = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal });
      return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
    });
  } catch (error) {
    const { cause, message } = error as Error;
    say(`${url} does not answer: ${cause instanceof Error ? cause.message : message}`);
    return { status: 502, body: Buffer.alloc(0) };
  }
}

function describe({ id, event }: Callback, status: number | undefined): string {
  const { type, data } = event;
  const state = typeof data?.['state'] === 'string' ? data['state'] : null;
  const words = [
    new Date().toISOString(),
    coloured(plain(type ?? 'callback'), state === null ? null : colourOfState(state), process.stdout),
    ...(typeof data?.['id'] === 'string' ? [plain(data['id'])] : []),
    id,
    ...(status === undefined ? [] : [`→ ${status}`]),
  ];
  return words.join('  ');
}
