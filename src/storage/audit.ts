/** Audit events in the object store: objects of JSON lines, one for each batch, that are never changed. */
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { AuditEvent } from '../auth/audit-event.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

/** A batch is written after its events; with outages of the store, much later. Reading starts with the days before. */
const WRITE_DELAY_MS = 24 * 60 * 60 * 1000;

/** Every method throws store_unavailable when the store does not answer. */
export class AuditStore {
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
    for await (const { key } of this.#store.list(layout.auditPrefix, { after: layout.auditBefore(since) })) {
      if (key > layout.auditBefore(new Date(until.getTime() + WRITE_DELAY_MS))) return;
      const body = await this.#store.get(key);
      for (const line of body ? (await text(body)).split('\n') : []) {
        if (line === '') continue;
        const event = JSON.parse(line) as AuditEvent;
        const time = Date.parse(event.time);
        if (time >= since.getTime() && time < until.getTime()) yield event;
      }
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
