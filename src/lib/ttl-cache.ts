/** Answers that are good for a moment, so that a question that is asked with every request is seldom asked. */
export class TtlCache<T> {
  readonly #freshMs: number;
  readonly #most: number;
  readonly #entries = new Map<string, { readonly answer: Promise<T>; readonly staleAt: number }>();

  /** `most`: answers that are kept; the oldest go first. */
  constructor(freshMs: number, most: number) {
    this.#freshMs = freshMs;
    this.#most = most;
  }

  /** Who asks while the answer is on its way shares it. Errors are not kept. */
  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known && known.staleAt > Date.now()) return known.answer;
    // From before it was asked: what changes meanwhile may not be in the answer.
    const entry = { staleAt: Date.now() + this.#freshMs, answer: ask() };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most) break;
      this.#entries.delete(oldest);
    }
    entry.answer.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry.answer;
  }
}
