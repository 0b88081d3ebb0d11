/** Finds free ports, so that several servers can run on one machine. */
import { createServer } from 'node:net';

/** Below the ephemeral range: the system assigns no such port while a server restarts. */
const LOWEST = 15_000;
const HIGHEST = 30_000;
const TRIES = 200;

/**
 * `preferred`, or the next one that is free on `ip`; any when `preferred` is 0. Nothing holds it afterwards: whoever uses
 * it must cope with another who was faster.
 */
export async function freePort(ip: string, preferred: number): Promise<number> {
  const first = preferred || LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
  for (let port = first; port < Math.min(first + TRIES, 65_536); port++) {
    if (await isFree(ip, port)) return port;
  }
  throw new Error(`All ports of ${ip} from ${first} to ${first + TRIES - 1} are taken`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(new Error(`Temporal cannot listen on ${host}: ${error.message}`, { cause: error }));
    });
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
