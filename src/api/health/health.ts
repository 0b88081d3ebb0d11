/** `/healthz` (the process is alive) and `/readyz` (it can do its work). */
import type { Hono } from 'hono';
import { retryAfter } from '../../lib/retry-after.ts';
import type { Log } from '../../log.ts';
import { type ReadinessFailure, type ReadinessParts, readinessFailures } from './readiness.ts';

interface HealthDependencies extends ReadinessParts {
  readonly log: Log;
}

/** Time between two log entries about failed probes. */
const LOG_INTERVAL_MS = 30_000;

// biome-ignore lint/suspicious/noExplicitAny: the environment does not matter
export function serveHealth(app: Hono<any>, { runtime, checkStore, log }: HealthDependencies): void {
  let nextLogAt = 0;
  /** Logs the reasons, which responses do not show. Probes come every second, so most are not logged. */
  const logReasons = (failures: readonly ReadinessFailure[]) => {
    const explained = failures.filter(({ reason }) => reason !== null);
    if (explained.length === 0 || Date.now() < nextLogAt) return;
    nextLogAt = Date.now() + LOG_INTERVAL_MS;
    for (const { part, reason } of explained) log.warn({ missing: part, reason }, 'Not ready');
  };
  app.get('/healthz', (c) => c.json({ status: 'ok' }));

  app.get('/readyz', async (c) => {
    const failures = await readinessFailures({ runtime, checkStore });
    logReasons(failures);
    if (failures.length === 0) return c.json({ status: 'ready' });
    const missing = failures.map(({ part }) => part);
    return c.json({ status: 'unavailable', missing }, 503, retryAfter(1));
  });
}
