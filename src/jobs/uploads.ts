/** The files of one request, on their way into the store; kept with the job that they make, or gone. */
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { DarkroomError } from '../errors.ts';
import type { JobArchive } from './archive.ts';
import type { JobRef } from './order.ts';
import type { ReceivedFile } from './ordering.ts';

/** A file part of a request. */
export interface FilePart {
  readonly part: string;
  /** What the client calls the file. */
  readonly name: string | null;
}

export class Uploads {
  readonly ref: JobRef;
  readonly #archive: JobArchive;
  readonly #asInput: boolean;
  readonly #request = randomUUID();
  readonly #files: ReceivedFile[] = [];
  #begun = 0;

  /** `asInput`: there is one file, which lies where the job's API says. */
  constructor(archive: JobArchive, ref: JobRef, { asInput = false }: { readonly asInput?: boolean } = {}) {
    this.#archive = archive;
    this.ref = ref;
    this.#asInput = asInput;
  }

  get files(): readonly ReceivedFile[] {
    return this.#files;
  }

  /** Throws invalid_request for an empty file or a second part of the same name, store_unavailable, disk_full. */
  async add({ part, name }: FilePart, body: Readable, signal: AbortSignal): Promise<void> {
    const position = this.#begun++;
    const upload = await this.#archive.upload(this.ref, {
      request: this.#request,
      position,
      asInput: this.#asInput,
      body,
      signal,
    });
    if (upload.size === 0)
      throw new DarkroomError('asset_empty', `The file part "${part}"${name ? ` ("${name}")` : ''} is empty`);
    this.#files.push({ part, name, upload });
  }

  /** They belong to the job from now on. */
  async keep(): Promise<void> {
    if (this.#begun > 0) await this.#archive.keepUploads(this.ref, this.#request);
  }

  async discard(): Promise<void> {
    if (this.#begun > 0) await this.#archive.discardUploads(this.ref, this.#request);
  }
}
