/** Whether the process lives, and whether it can do its work. */
import type { Hono } from 'hono';
import type { JobEngine } from '../jobs/engine.ts';

interface HealthParts {
  readonly engine: Pick<JobEngine, 'liveCapabilities'>;
  readonly checkStore: () => Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: any environment will do
export function serveHealth(app: Hono<any>, { engine, checkStore }: HealthParts): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }));

  app.get('/readyz', async (c) => {
    const [workers, store] = await Promise.allSettled([engine.liveCapabilities(), checkStore()]);
    const missing = [
      ...(workers.status === 'rejected' ? ['temporal'] : []),
      ...(store.status === 'rejected' ? ['store'] : []),
      ...(workers.status === 'fulfilled' && !workers.value.has('io') ? ['worker'] : []),
    ];
    if (missing.length === 0) return c.json({ status: 'ready' });
    return c.json({ status: 'unavailable', missing }, 503, { 'retry-after': '1' });
  });
}
