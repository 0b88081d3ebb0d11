/** Metrics of the tasks, for everyone who watches over the server. */
import type { Context } from 'hono';
import { Gauge, Registry } from 'prom-client';

/** `count`: tasks of this server that have not ended. */
export function createTaskMetrics(count: () => Promise<number>): {
  readonly expose: (c: Context) => Promise<Response>;
} {
  const register = new Registry();
  new Gauge({
    name: 'pending_tasks_total',
    help: 'Tasks that have not ended',
    registers: [register],
    async collect() {
      this.set(await count());
    },
  });
  return {
    expose: async (c) => c.body(await register.metrics(), 200, { 'content-type': register.contentType }),
  };
}
