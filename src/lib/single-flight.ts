/** Shares one answer among all who ask for the same thing at about the same time. */
export class SingleFlight<T> {
  readonly #entries = new Map<string, { answer: Promise<T>; staleAt: number }>();
  readonly #freshMs: (answer: T) => number;

  /** Answers are kept for as long as `freshMs` says; errors are shared by those who wait, and not kept. */
  constructor(freshMs: (answer: T) => number) {
    this.#freshMs = freshMs;
  }

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const entry = this.#entries.get(key);
    if (entry && entry.staleAt > Date.now()) return entry.answer;
    const fresh = { answer: ask(), staleAt: Number.POSITIVE_INFINITY };
    this.#entries.set(key, fresh);
    fresh.answer.then(
      (answer) => this.#expire(key, fresh, this.#freshMs(answer)),
      () => this.#drop(key, fresh),
    );
    return fresh.answer;
  }

  /** The next to ask gets a new answer. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  #expire(key: string, entry: { answer: Promise<T>; staleAt: number }, ms: number): void {
    entry.staleAt = Date.now() + ms;
    setTimeout(() => this.#drop(key, entry), ms).unref();
  }

  #drop(key: string, entry: { answer: Promise<T> }): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}
