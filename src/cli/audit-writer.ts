/** Writes the audit events of an API process, and deletes old ones. */
import type { Counter } from 'prom-client';
import { AuditLog } from '../auth/audit-log.ts';
import { DAY_MS, HOUR_MS } from '../lib/units.ts';
import type { Log } from '../log.ts';
import type { AuditStore } from '../storage/audit.ts';

const EXPIRY_INTERVAL_MS = HOUR_MS;

interface AuditWriter {
  readonly record: AuditLog['record'];
  /** Writes what is waiting. */
  readonly close: () => Promise<void>;
}

/** @param lost counts events that could not be stored */
export function startAuditWriter(
  store: AuditStore,
  { days, log, lost }: { days: number; log: Log; lost: Pick<Counter, 'inc'> },
): AuditWriter {
  const audit = new AuditLog({
    write: (events) => store.write(events),
    onFailure: (error, waiting) => log.error({ err: error, waiting }, 'Audit events cannot be stored now'),
    onLost: (events) => {
      lost.inc(events.length);
      for (const event of events) log.error({ event }, 'Audit event not stored');
    },
  });
  const expire = () =>
    store
      .expire(new Date(Date.now() - days * DAY_MS))
      .catch((error: unknown) => log.warn({ err: error }, 'Old audit events cannot be deleted now'));
  void expire();
  const timer = setInterval(() => void expire(), EXPIRY_INTERVAL_MS).unref();
  return {
    record: (event) => audit.record(event),
    close: async () => {
      clearInterval(timer);
      await audit.close();
    },
  };
}
