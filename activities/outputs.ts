/** Result files of a stage, written to a scratch directory first and then moved into the object store. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import type { InputFile, OutputWriter } from '../operations/operation.ts';

/** UTF-8 bytes that a part of a name may have; file systems allow 255, and a number may be added. */
const MAX_PART_BYTES = 200;

export class ScratchOutputs implements OutputWriter {
  readonly #root: string;
  readonly #names = new Names();
  readonly #made = new Map<string, { wanted: string; asset: number | null }>();
  data: unknown;

  constructor(root: string) {
    this.#root = root;
  }

  /** What was made, in order: the name it got here, the one it was meant to have, and the position of its one asset. */
  get made(): readonly { readonly name: string; readonly wanted: string; readonly asset: number | null }[] {
    return [...this.#made].map(([name, rest]) => ({ name, ...rest }));
  }

  pathOf(name: string): string {
    return join(this.#root, name);
  }

  async create(given: string, madeFrom?: InputFile): Promise<{ name: string; path: string }> {
    const wanted = safe(given);
    const name = this.#names.claim(wanted);
    this.#made.set(name, { wanted, asset: madeFrom?.index ?? null });
    const path = this.pathOf(name);
    await mkdir(dirname(path), { recursive: true });
    return { name, path };
  }

  async json(data: unknown): Promise<void> {
    this.data = data;
    const { path } = await this.create('result.json');
    await writeFile(path, `${JSON.stringify(data, null, 2)}\n`);
  }
}

/** Hands out names once each: `photo.webp`, then `photo-2.webp`, and so on. */
export class Names {
  readonly #taken = new Set<string>();
  /** Where to go on counting: ten thousand assets may have the same name. */
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

/** A relative path without tricks, whatever the asset that it was made from was called. */
function safe(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  if (parts.length === 0) throw new TypeError(`"${name}" cannot be the name of an output`);
  return parts.map(shortened).join('/');
}

function shortened(part: string): string {
  const { name, ext } = parse(part);
  let stem = name;
  while (Buffer.byteLength(stem + ext) > MAX_PART_BYTES && stem.length > 1)
    stem = [...stem].slice(0, -1).join('');
  return stem + ext;
}
