/** Result files of a stage, in a scratch directory until they move into the object store. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import type { InputFile, OutputWriter } from '../operations/operation.ts';
import { UniqueNames } from '../src/lib/unique-names.ts';

/** UTF-8 bytes per part of a name. File systems allow 255; a number may be added. */
const MAX_PART_BYTES = 200;

interface CreatedOutput {
  /** The unique name that the file got. */
  readonly name: string;
  /** The name that the operation chose, made safe. */
  readonly requested: string;
  /** Index of the asset that it was made from. */
  readonly asset: number | null;
}

export class ScratchOutputs implements OutputWriter {
  readonly #root: string;
  readonly #names = new UniqueNames();
  readonly #created: CreatedOutput[] = [];
  /** The JSON result; undefined when the stage produced none. */
  data: unknown;

  constructor(root: string) {
    this.#root = root;
  }

  /** In order of creation. */
  get created(): readonly CreatedOutput[] {
    return this.#created;
  }

  pathOf(name: string): string {
    return join(this.#root, name);
  }

  /** Throws TypeError when `given` has no part that can be a file name. */
  async create(given: string, madeFrom?: InputFile): Promise<{ name: string; path: string }> {
    const requested = toSafePath(given);
    const name = this.#names.claim(requested);
    this.#created.push({ name, requested, asset: madeFrom?.index ?? null });
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

/** A relative path that stays below its directory, with parts that file systems accept. */
function toSafePath(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  if (parts.length === 0) throw new TypeError(`"${name}" cannot be the name of an output`);
  return parts.map(shorten).join('/');
}

/** Cuts the stem, keeps the extension. */
function shorten(part: string): string {
  const { name, ext } = parse(part);
  let stem = name;
  while (Buffer.byteLength(stem + ext) > MAX_PART_BYTES && stem.length > 1)
    stem = [...stem].slice(0, -1).join('');
  return stem + ext;
}
