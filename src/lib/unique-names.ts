/** Unique names of files. */
import { parse } from 'node:path';

/**
 * Numbers names that are claimed more than once.
 *
 * @example
 * names.claim('photo.webp'); // photo.webp
 * names.claim('photo.webp'); // photo-2.webp
 */
export class UniqueNames {
  readonly #taken = new Set<string>();
  /** The next number to try: ten thousand assets may have the same name. */
  readonly #next = new Map<string, number>();

  claim(name: string): string {
    const { dir, name: stem, ext } = parse(name);
    let candidate = name;
    let number = this.#next.get(name) ?? 2;
    for (; this.#taken.has(candidate); number++)
      candidate = `${dir === '' ? '' : `${dir}/`}${stem}-${number}${ext}`;
    this.#next.set(name, number);
    this.#taken.add(candidate);
    return candidate;
  }
}
