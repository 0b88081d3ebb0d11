/** What ended a task other than its own error. */
import { DarkroomError } from '../../../src/errors.ts';

/** A task exceeded a limit, or its process died. `predicate` completes "Asset 1 …". */
export class PictureFailure extends DarkroomError {
  readonly predicate: string;

  constructor(code: 'asset_too_demanding' | 'asset_crashes_decoder', predicate: string) {
    super(code, `A picture ${predicate}`);
    this.predicate = predicate;
  }
}

const format = (pixels: number): string =>
  pixels < 1e5 ? `${pixels} pixels` : `${Number((pixels / 1e6).toPrecision(3))} megapixels`;

const purpose = (pixels: number): string => (pixels === 0 ? ' to read its header' : ` for ${format(pixels)}`);

export const overMemory = (bytes: number, pixels: number): PictureFailure =>
  new PictureFailure(
    'asset_too_demanding',
    `needed more than ${Math.floor(bytes / 2 ** 20)} MiB of memory${purpose(pixels)}`,
  );

export const overTime = (seconds: number, pixels: number): PictureFailure =>
  new PictureFailure('asset_too_demanding', `took longer than ${seconds} s${purpose(pixels)}`);

/** @param ending - The signal that ended the process, or its exit code. */
export const crashed = (ending: string): PictureFailure =>
  new PictureFailure(
    'asset_crashes_decoder',
    ending === 'SIGKILL'
      ? 'was given up: something killed the process that decoded it, probably the system for lack of memory'
      : `makes the decoder crash (${/^\d+$/.test(ending) ? `exit code ${ending}` : ending})`,
  );

/** @param fault - What it did, after "The process …". */
export const misbehaved = (fault: string): PictureFailure =>
  new PictureFailure('asset_crashes_decoder', `makes the decoder misbehave: its process ${fault}`);
