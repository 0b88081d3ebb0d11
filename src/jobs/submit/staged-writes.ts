/** Store writes of one request: its job owns them once it exists; otherwise they are erased. */
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { isOutcomeUnknown } from '../../errors.ts';
import type { JobInputs, JobRef, RunInput, SealedInputs, Upload } from '../model/run-input.ts';
import type { JobInputFiles } from '../ports/job-archive.ts';

type StageArchive = Pick<
  JobInputFiles,
  'beginRequest' | 'upload' | 'seal' | 'sealInline' | 'commitRequest' | 'rollbackRequest'
>;

/** Opens the staged writes of a request. A request opens them once. */
export type Stage = (ref: JobRef, options?: { readonly fixedInputKey?: boolean }) => StagedWrites;

/**
 * Runs a request and settles its writes: commits them when `isAccepted`, else rolls them back. When the outcome is unknown,
 * or the store fails, retention settles them a day later.
 */
export async function settleWrites<Result>(
  archive: StageArchive,
  run: (stage: Stage) => Promise<Result>,
  isAccepted: (result: Result) => boolean,
): Promise<Result> {
  let staged: StagedWrites | undefined;
  const stage: Stage = (ref, options) => (staged = new StagedWrites(archive, ref, options));
  const ignoreFailure = () => undefined;
  try {
    const result = await run(stage);
    await (isAccepted(result) ? staged?.commit() : staged?.rollback())?.catch(ignoreFailure);
    return result;
  } catch (error) {
    if (!isOutcomeUnknown(error)) await staged?.rollback().catch(ignoreFailure);
    throw error;
  }
}

export class StagedWrites {
  readonly ref: JobRef;
  readonly #archive: StageArchive;
  readonly #fixedInputKey: boolean;
  readonly #request = randomUUID();
  #uploads = 0;
  #sealed = 0;
  #hasMarker = false;

  /** `fixedInputKey`: the request has a single upload, stored under the key that its dialect's contract names. */
  constructor(archive: StageArchive, ref: JobRef, { fixedInputKey = false } = {}) {
    this.#archive = archive;
    this.ref = ref;
    this.#fixedInputKey = fixedInputKey;
  }

  /** @throws store_unavailable, disk_full */
  async upload(body: Readable, signal: AbortSignal): Promise<Upload> {
    const position = this.#uploads++;
    await this.#writeMarker();
    const place = { request: this.#request, position };
    return this.#archive.upload(this.ref, { ...place, asInput: this.#fixedInputKey, body, signal });
  }

  /**
   * Stores inputs encrypted.
   *
   * @throws store_unavailable, disk_full
   */
  async seal(inputs: JobInputs): Promise<SealedInputs> {
    const position = this.#sealed++;
    await this.#writeMarker();
    return this.#archive.seal(this.ref, { request: this.#request, position }, inputs);
  }

  /** Encrypts short inputs for the run input. Stores nothing, so that a submission with secrets costs one start of a workflow. */
  sealInline(inputs: JobInputs): SealedInputs {
    return this.#archive.sealInline(this.ref, inputs);
  }

  async commit(): Promise<void> {
    if (this.#hasMarker) await this.#archive.commitRequest(this.ref, this.#request);
  }

  async rollback(): Promise<void> {
    if (this.#hasMarker) await this.#archive.rollbackRequest(this.ref, this.#request);
  }

  /** The marker precedes all writes, so that retention finds them if this process crashes. */
  async #writeMarker(): Promise<void> {
    if (this.#hasMarker) return;
    await this.#archive.beginRequest(this.ref, this.#request, this.#fixedInputKey);
    this.#hasMarker = true;
  }
}

/** Returns true if the run input refers to data that this request wrote. */
export function ownsWrites({ chunks, callback }: RunInput, request: string): boolean {
  const isFromRequest = (name: string) => name.startsWith(`${request}/`);
  if ([...chunks, callback].some((part) => 'sealed' in part && isFromRequest(part.sealed))) return true;
  for (const chunk of chunks) {
    // A chunk that another request sealed refers to uploads of that request only.
    if ('sealed' in chunk) continue;
    const uploads = chunk.assets.flatMap(({ source }) => ('upload' in source ? [source.upload] : []));
    // A fixed input key names no request. Its job id is random, so no other request has written below it.
    if (uploads.some((name) => isFromRequest(name) || !name.includes('/'))) return true;
  }
  return false;
}
