/** Result pictures as the page shows them: fetched by the client, since an image element sends no token. */
import type { Darkroom } from '../../src/client/client.ts';

/** Fetched side by side; a browser has few connections to one server, and events need one of them. */
const AT_ONCE = 3;

export class Pictures {
  readonly #client: Darkroom;
  readonly #id: string;
  readonly #stop = new AbortController();
  readonly #urls = new Map<string, Promise<string>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(client: Darkroom, id: string) {
    this.#client = client;
    this.#id = id;
  }

  /** An address for an image element, good until `dispose`. Fetched once, however often it is asked for. */
  url(path: string): Promise<string> {
    const known = this.#urls.get(path);
    if (known) return known;
    const coming = this.#fetch(path);
    this.#urls.set(path, coming);
    // What failed is tried again when it is asked for again.
    coming.catch(() => this.#urls.delete(path));
    return coming;
  }

  dispose(): void {
    this.#stop.abort();
    for (const url of this.#urls.values()) url.then(URL.revokeObjectURL, () => undefined);
    this.#urls.clear();
  }

  async #fetch(path: string): Promise<string> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      const { signal } = this.#stop;
      const response = await this.#client.download(this.#id, path, { signal });
      return URL.createObjectURL(await response.blob());
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}
