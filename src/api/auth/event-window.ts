/** Limits events to some in a window of time, so that an attack does not fill the disk. */

const WINDOW_MS = 10_000;

export class EventWindow {
  readonly #max: number;
  #end = 0;
  #count = 0;
  #omitted = 0;

  /** @param max Events in ten seconds. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Returns the number of events that were omitted since the last admitted one; null if this one is omitted, too. */
  admit(): { readonly omitted: number } | null {
    if (Date.now() > this.#end) [this.#end, this.#count] = [Date.now() + WINDOW_MS, 0];
    if (this.#count >= this.#max) {
      this.#omitted += 1;
      return null;
    }
    this.#count += 1;
    const omitted = this.#omitted;
    this.#omitted = 0;
    return { omitted };
  }
}
