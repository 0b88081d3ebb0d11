/** Audit events in the object store: objects of JSON lines, one for each batch, that are never changed. */
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { AuditEvent, AuditPage, AuditQuery, AuditReader } from '../auth/audit-event.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

/** A batch is written after its events; with outages of the store, much later. Reading starts with the days before. */
const WRITE_DELAY_MS = 24 * 60 * 60 * 1000;

/** Batches that one call of `page` reads. */
const MAX_BATCHES = 500;

interface AuditBatch {
  readonly key: string;
  /** Those in the period of the query. */
  readonly events: readonly AuditEvent[];
}

/** Every method throws store_unavailable when the store does not answer. */
export class AuditStore implements AuditReader {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async write(events: readonly AuditEvent[]): Promise<void> {
    const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    await this.#store.put(layout.auditKey(new Date(), randomUUID()), lines);
  }

  /**
   * Yields the events from `since` on and before `until`, by batches. Batches come in the order in which they were written;
   * those of several processes may overlap by seconds.
   */
  async *read(since: Date, until: Date): AsyncIterable<AuditEvent> {
    for await (const { events } of this.#readBatches(since, until)) yield* events;
  }

  /**
   * Returns a page of the events of `read`. It may have fewer events than `limit`, also none, before the last page: one call
   * reads a limited number of batches.
   */
  async page({ since, until, tenant, limit, after }: AuditQuery): Promise<AuditPage> {
    const found: AuditEvent[] = [];
    let batches = 0;
    for await (const { key, events } of this.#readBatches(since, until, after?.batch)) {
      const start = key === after?.batch ? after.events : 0;
      for (const [n, event] of events.entries()) {
        if (n < start || (tenant !== null && event.tenant !== tenant)) continue;
        if (found.length === limit) return { events: found, next: { batch: key, events: n } };
        found.push(event);
      }
      batches += 1;
      if (batches === MAX_BATCHES) return { events: found, next: { batch: key, events: events.length } };
    }
    return { events: found, next: null };
  }

  /** @param first key of the batch to begin with; default: the first one that may have such an event */
  async *#readBatches(since: Date, until: Date, first = ''): AsyncIterable<AuditBatch> {
    const before = first === '' ? layout.auditBefore(since) : first.slice(0, -1);
    for await (const { key } of this.#store.list(layout.auditPrefix, { after: before })) {
      if (key > layout.auditBefore(new Date(until.getTime() + WRITE_DELAY_MS))) return;
      if (key < first) continue;
      const body = await this.#store.get(key);
      const lines = body ? (await text(body)).split('\n').filter((line) => line !== '') : [];
      const events = lines
        .map((line) => JSON.parse(line) as AuditEvent)
        .filter(({ time }) => Date.parse(time) >= since.getTime() && Date.parse(time) < until.getTime());
      yield { key, events };
    }
  }

  /** Deletes the batches that were written before a time. */
  async expire(before: Date): Promise<void> {
    for await (const { key } of this.#store.list(layout.auditPrefix)) {
      if (key >= layout.auditBefore(before)) return;
      await this.#store.delete(key);
    }
  }
}
