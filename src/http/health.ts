/** Whether the process lives, and whether it can do its work. */
import type { Hono } from 'hono';
import type { JobEngine } from '../jobs/engine.ts';
import type { Log } from '../log.ts';

interface HealthParts {
  readonly engine: Pick<JobEngine, 'liveCapabilities'>;
  readonly checkStore: () => Promise<void>;
  readonly log: Log;
}

/** Between two lines of the log about the same trouble. */
const QUIET_MS = 30_000;

// biome-ignore lint/suspicious/noExplicitAny: any environment will do
export function serveHealth(app: Hono<any>, { engine, checkStore, log }: HealthParts): void {
  let silentUntil = 0;
  /** Why, for the operator alone; probes come every second, and need not all be heard. */
  const tell = (part: string, error: unknown) => {
    if (Date.now() < silentUntil) return;
    silentUntil = Date.now() + QUIET_MS;
    log.warn({ part, reason: error instanceof Error ? error.message : String(error) }, 'Not ready');
  };
  app.get('/healthz', (c) => c.json({ status: 'ok' }));

  app.get('/readyz', async (c) => {
    const [workers, store] = await Promise.allSettled([engine.liveCapabilities(), checkStore()]);
    if (workers.status === 'rejected') tell('temporal', workers.reason);
    if (store.status === 'rejected') tell('store', store.reason);
    const missing = [
      ...(workers.status === 'rejected' ? ['temporal'] : []),
      ...(store.status === 'rejected' ? ['store'] : []),
      ...(workers.status === 'fulfilled' && !workers.value.has('io') ? ['worker'] : []),
    ];
    if (missing.length === 0) return c.json({ status: 'ready' });
    return c.json({ status: 'unavailable', missing }, 503, { 'retry-after': '1' });
  });
}
