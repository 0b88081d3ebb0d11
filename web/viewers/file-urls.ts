/** Result files as object URLs. The client loads them, since an image element cannot send a token. */
import type { Darkroom } from '../../src/client/client.ts';
import { Semaphore } from '../../src/lib/semaphore.ts';

/** Browsers limit the connections to a server, and the event stream needs one. */
const CONCURRENT_DOWNLOADS = 3;

export class FileUrls {
  readonly #client: Darkroom;
  readonly #id: string;
  readonly #stop = new AbortController();
  readonly #urls = new Map<string, Promise<string>>();
  readonly #downloads = new Semaphore(CONCURRENT_DOWNLOADS);

  constructor(client: Darkroom, id: string) {
    this.#client = client;
    this.#id = id;
  }

  /** Returns a URL of a file, valid until `dispose`. Each file is loaded once; failures are not cached. */
  url(path: string): Promise<string> {
    const known = this.#urls.get(path);
    if (known) return known;
    const { signal } = this.#stop;
    const url = this.#downloads.run(signal, async () => {
      const response = await this.#client.download(this.#id, path, { signal });
      return URL.createObjectURL(await response.blob());
    });
    this.#urls.set(path, url);
    url.catch(() => this.#urls.delete(path));
    return url;
  }

  /** Aborts all downloads and revokes all URLs. */
  dispose(): void {
    this.#stop.abort();
    for (const url of this.#urls.values()) url.then(URL.revokeObjectURL, () => undefined);
    this.#urls.clear();
  }
}
