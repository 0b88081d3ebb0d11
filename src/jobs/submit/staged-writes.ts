/** What one request puts into the store before its job is durable: the job's from then on, or gone. */
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { isOutcomeUnknown } from '../../errors.ts';
import type { JobInputs, JobRef, RunInput, SealedInputs, Upload } from '../model/run-input.ts';
import type { JobArchive } from '../ports/job-archive.ts';

export class StagedWrites {
  readonly ref: JobRef;
  readonly #archive: JobArchive;
  readonly #asInput: boolean;
  readonly #request = randomUUID();
  #uploads = 0;
  #sealed = 0;
  #begun = false;

  /** `asInput`: there is one file, which lies where the job's API says. */
  constructor(archive: JobArchive, ref: JobRef, { asInput = false }: { readonly asInput?: boolean } = {}) {
    this.#archive = archive;
    this.ref = ref;
    this.#asInput = asInput;
  }

  /** Throws store_unavailable, disk_full. */
  async upload(body: Readable, signal: AbortSignal): Promise<Upload> {
    const position = this.#uploads++;
    await this.#begin();
    const place = { request: this.#request, position };
    return this.#archive.upload(this.ref, { ...place, asInput: this.#asInput, body, signal });
  }

  /** Keeps inputs encrypted. Throws store_unavailable, disk_full. */
  async seal(inputs: JobInputs): Promise<SealedInputs> {
    const position = this.#sealed++;
    await this.#begin();
    return this.#archive.seal(this.ref, { request: this.#request, position }, inputs);
  }

  /** Before anything else is there, so that it is found if this process dies. */
  async #begin(): Promise<void> {
    if (this.#begun) return;
    await this.#archive.beginRequest(this.ref, this.#request, this.#asInput);
    this.#begun = true;
  }

  /**
   * Asks for what all this is for. If that is refused, or not `taken`, it is discarded; if no answer came, it is left to the
   * sweep, and so is what cannot be tidied up now.
   */
  async commitOrRollback<T>(ask: () => Promise<T>, taken: (answer: T) => boolean): Promise<T> {
    let keeps = false;
    try {
      const answer = await ask();
      keeps = taken(answer);
      return answer;
    } catch (error) {
      if (isOutcomeUnknown(error)) this.#end();
      throw error;
    } finally {
      await (keeps ? this.#keep() : this.discard()).catch(() => undefined);
    }
  }

  async #keep(): Promise<void> {
    if (this.#end()) await this.#archive.commitRequest(this.ref, this.#request);
  }

  /** When no job is to be made of it after all. */
  async discard(): Promise<void> {
    if (this.#end()) await this.#archive.rollbackRequest(this.ref, this.#request);
  }

  /** Whether there is anything to tidy up, which is tried once. */
  #end(): boolean {
    const begun = this.#begun;
    this.#begun = false;
    return begun;
  }
}

/** Whether the job of this run was given what this request put into the store. */
export async function wasGiven(
  archive: Pick<JobArchive, 'unseal'>,
  { header, chunks, callback }: RunInput,
  request: string,
): Promise<boolean> {
  const isFrom = (name: string) => name.startsWith(`${request}/`);
  if ([...chunks, callback].some((part) => 'sealed' in part && isFrom(part.sealed))) return true;
  for (const chunk of chunks) {
    // What another request has sealed names its own uploads; before 0.2 the name did not tell whose it was.
    if ('sealed' in chunk && chunk.sealed.includes('/')) continue;
    const { assets } = 'sealed' in chunk ? await archive.unseal(header, chunk) : chunk;
    const uploads = assets.flatMap(({ source }) => ('upload' in source ? [source.upload] : []));
    // The only input of a job has no request in its name: its id is nobody else's.
    if (uploads.some((name) => isFrom(name) || !name.includes('/'))) return true;
  }
  return false;
}
