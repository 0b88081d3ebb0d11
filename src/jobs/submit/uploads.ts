/** The files of one request, stored as they arrive. */
import type { Readable } from 'node:stream';
import { DarkroomError } from '../../errors.ts';
import type { ReceivedFile } from './build-run-input.ts';
import type { StagedWrites } from './staged-writes.ts';

/** A file part of a form. */
export interface FilePart {
  readonly part: string;
  /** The file name that the client sent. */
  readonly name: string | null;
}

export class Uploads {
  readonly staged: StagedWrites;
  readonly #files: ReceivedFile[] = [];

  constructor(staged: StagedWrites) {
    this.staged = staged;
  }

  get files(): readonly ReceivedFile[] {
    return this.#files;
  }

  /** @throws asset_empty, store_unavailable, disk_full */
  async add({ part, name }: FilePart, body: Readable, signal: AbortSignal): Promise<void> {
    const upload = await this.staged.upload(body, signal);
    if (upload.size === 0)
      throw new DarkroomError('asset_empty', `The file part "${part}"${name ? ` ("${name}")` : ''} is empty`);
    this.#files.push({ part, name, upload });
  }
}
