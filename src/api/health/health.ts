/** Whether the process lives, and whether it can do its work. */
import type { Hono } from 'hono';
import { retryAfter } from '../../lib/retry-after.ts';
import type { Log } from '../../log.ts';
import { type ReadinessFailure, type ReadinessParts, readinessFailures } from './readiness.ts';

interface HealthParts extends ReadinessParts {
  readonly log: Log;
}

/** Between two lines of the log about the same trouble. */
const QUIET_MS = 30_000;

// biome-ignore lint/suspicious/noExplicitAny: any environment will do
export function serveHealth(app: Hono<any>, { runtime, checkStore, log }: HealthParts): void {
  let silentUntil = 0;
  /** Why, for the operator alone; probes come every second, and need not all be heard. */
  const tell = (failures: readonly ReadinessFailure[]) => {
    const told = failures.filter(({ reason }) => reason !== null);
    if (told.length === 0 || Date.now() < silentUntil) return;
    silentUntil = Date.now() + QUIET_MS;
    for (const { part, reason } of told) log.warn({ missing: part, reason }, 'Not ready');
  };
  app.get('/healthz', (c) => c.json({ status: 'ok' }));

  app.get('/readyz', async (c) => {
    const failures = await readinessFailures({ runtime, checkStore });
    tell(failures);
    if (failures.length === 0) return c.json({ status: 'ready' });
    const missing = failures.map(({ part }) => part);
    return c.json({ status: 'unavailable', missing }, 503, retryAfter(1));
  });
}
