/** Ports for the servers of tests. */
import { freePort as firstFree } from '../../src/temporal/embedded/ports.ts';

/** Below those from which darkroom chooses for its Temporal, and below those that systems hand out by themselves. */
const LOWEST = 10_000;
/** Each has a share of the ports. */
export const FILES_AT_ONCE = 10;
const SHARE = 500;
/** Room for the search from the last one of a share. */
const MARGIN = 100;

const first = LOWEST + (Number(process.env['VITEST_POOL_ID'] ?? 0) % FILES_AT_ONCE) * SHARE;
const last = first + SHARE - MARGIN;
let latest = Promise.resolve(first + Math.floor(Math.random() * (last - first)));

/**
 * A port that nobody else is given: a server that is about to start, or that starts again, finds it free. Each call gives
 * another, so that several can be had before the first is used.
 */
export function freePort(): Promise<number> {
  latest = latest.then((port) => firstFree('127.0.0.1', port < last ? port + 1 : first));
  return latest;
}
