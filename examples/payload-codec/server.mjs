/**
 * A codec server: decodes payloads for Temporal's Web UI and CLI. Whoever reaches it reads all payloads, so run it behind a login.
 *
 * PAYLOAD_KEYS=… CODEC_ORIGIN=https://darkroom.example node examples/payload-codec/server.mjs
 *
 * CODEC_ORIGIN: the origin of the Web UI. CODEC_PORT: default 8081, on 127.0.0.1.
 */
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import proto from '@temporalio/proto';
import { payloadCodec } from './codec.mjs';

const { Payloads } = proto.temporal.api.common.v1;
const { CODEC_ORIGIN = 'http://127.0.0.1:8080', CODEC_PORT = '8081' } = process.env;

/** The Web UI sends the namespace in a header of its own. */
const cors = {
  'access-control-allow-origin': CODEC_ORIGIN,
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': 'content-type, authorization, x-namespace',
  'access-control-allow-credentials': 'true',
  vary: 'origin',
};

const calls = { '/encode': payloadCodec.encode, '/decode': payloadCodec.decode };

async function answer(request, response) {
  const send = (status, body) =>
    response.writeHead(status, { ...cors, 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (request.method === 'OPTIONS') return response.writeHead(204, cors).end();
  const call = request.method === 'POST' && calls[new URL(request.url ?? '/', 'http://localhost').pathname];
  if (!call) return send(404, { message: 'POST /encode or /decode' });
  try {
    const { payloads } = Payloads.fromObject(await json(request));
    const message = Payloads.fromObject({ payloads: await call(payloads) });
    return send(200, Payloads.toObject(message, { bytes: String }));
  } catch (error) {
    return send(400, { message: error.message });
  }
}

const server = createServer((request, response) => void answer(request, response));

server.listen(Number(CODEC_PORT), '127.0.0.1', () => {
  const { port } = server.address();
  console.log(`Codec server at http://127.0.0.1:${port} for pages of ${CODEC_ORIGIN}`);
});
