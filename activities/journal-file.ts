/** The file of a journal: a line of JSON for each activity that begins or ends. */
import { closeSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Bytes after which the file is written anew with what still runs. */
const MAX_BYTES = 256 * 1024;

type Line<Entry> = { readonly begin: number; readonly entry: Entry } | { readonly end: number } | 'stopping';

/**
 * Writes without waiting and without a sync: a line reaches the page cache within microseconds, and outlives the process that way. Errors
 * are ignored: without its journal, the successor of a worker notices losses by missing heartbeats.
 */
export class JournalFile<Entry> {
  readonly #path: string;
  readonly #open = new Map<number, Entry>();
  #isStopping = false;
  #file: number | null = null;
  #bytes = 0;
  #count = 0;

  /** @param folder Made by the first line. */
  constructor(folder: string) {
    this.#path = toPath(folder);
  }

  /** @returns A number for `remove`. */
  add(entry: Entry): number {
    this.#count += 1;
    this.#open.set(this.#count, entry);
    this.#append({ begin: this.#count, entry });
    return this.#count;
  }

  remove(begin: number): void {
    this.#open.delete(begin);
    this.#append({ end: begin });
  }

  /** Records that the process was asked to stop. */
  stop(): void {
    this.#isStopping = true;
    this.#append('stopping');
  }

  #append(line: Line<Entry>): void {
    try {
      if (this.#file === null || this.#bytes > MAX_BYTES) this.#writeAnew();
      else this.#bytes += writeSync(this.#file, format(line));
    } catch {
      // The next line begins with a new file.
      this.#close();
    }
  }

  #writeAnew(): void {
    this.#close();
    mkdirSync(dirname(this.#path), { recursive: true });
    const lines: Line<Entry>[] = [...this.#open].map(([begin, entry]) => ({ begin, entry }));
    const text = [...lines, ...(this.#isStopping ? (['stopping'] as const) : [])].map(format).join('');
    writeFileSync(`${this.#path}.new`, text);
    renameSync(`${this.#path}.new`, this.#path);
    this.#file = openSync(this.#path, 'a');
    this.#bytes = Buffer.byteLength(text);
  }

  #close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

const toPath = (folder: string): string => join(folder, 'journal.jsonl');

const format = (line: Line<unknown>): string => `${JSON.stringify(line)}\n`;

/** Reads what had begun and not ended when the process died. */
export async function readJournalFile<Entry>(
  folder: string,
): Promise<{ entries: Entry[]; wasStopped: boolean }> {
  const text = await readFile(toPath(folder), 'utf8').catch(() => '');
  const open = new Map<number, Entry>();
  let wasStopped = false;
  for (const line of text.split('\n').flatMap((one) => parse<Entry>(one) ?? []))
    if (line === 'stopping') wasStopped = true;
    else if ('end' in line) open.delete(line.end);
    else open.set(line.begin, line.entry);
  return { entries: [...open.values()], wasStopped };
}

/** Null when the process died while it wrote the line, before the activity began. */
function parse<Entry>(line: string): Line<Entry> | null {
  try {
    return JSON.parse(line) as Line<Entry>;
  } catch {
    return null;
  }
}
