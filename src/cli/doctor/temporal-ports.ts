/** Checks that the embedded Temporal server serves neither its Web UI nor its HTTP API at a port of its own. */
import { get } from 'node:http';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { listeningPorts } from '../../lib/listening-ports.ts';
import { readPid } from '../../temporal/embedded/orphan.ts';
import { broken, type Finding, ok } from './finding.ts';

const TIMEOUT_MS = 3000;
/** Of the Web UI, and of the HTTP API. */
const paths = ['/', '/api/v1/namespaces'];

/** Returns no finding if no embedded server runs, or the system does not report its ports. */
export async function checkTemporalPorts({ DARKROOM_DATA }: Config): Promise<Finding[]> {
  const pid = readPid(join(DARKROOM_DATA, 'temporal.pid'));
  const ports = pid === null ? [] : await listeningPorts(pid).catch(() => []);
  if (ports.length === 0) return [];
  const check = 'Temporal HTTP';
  const open: number[] = [];
  for (const port of ports)
    if ((await Promise.all(paths.map((path) => isServed(port, path)))).includes(true)) open.push(port);
  if (open.length === 0) return [ok(check, 'closed; only darkroom serves the Web UI')];
  return [
    broken(
      check,
      `Temporal answers HTTP at port ${open.join(' and ')}: web pages and users of this machine can control all jobs`,
      'Stop this Temporal server and start "darkroom serve" again',
    ),
  ];
}

/** Whether a request as a web page of another site sends it succeeds. */
const isServed = (port: number, path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const headers = { host: 'rebound.example', origin: 'http://rebound.example' };
    const request = get({ host: '127.0.0.1', port, path, headers, timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 400);
    });
    // Other protocols, such as gRPC.
    request.on('error', () => resolve(false));
    request.on('timeout', () => request.destroy());
  });
