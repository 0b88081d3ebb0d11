/** Reads the body of a request chunk by chunk, and reports everything that can fail meanwhile. */
import type { IncomingMessage } from 'node:http';
import { DarkroomError } from '../../errors.ts';
import { Pace } from '../../net/pace.ts';

/**
 * Passes each chunk to `take`, and reads the next one once that has settled. Resolves at the end of the body.
 *
 * The request is left paused and never destroyed: its connection must still carry the response.
 *
 * @param idleMs milliseconds within which the client must send 64 KiB
 * @param stop aborts at once with its reason
 * @throws upload_interrupted if the client disconnects; upload_timeout; what `take` throws
 */
export function feed(
  request: IncomingMessage,
  { idleMs, stop }: { idleMs: number; stop: AbortSignal },
  take: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const pace = new Pace({ periodMs: idleMs, onSlow: (what) => settle(tooSlow(what)) });
    const settle = (error?: unknown) => {
      pace.rest();
      request.off('data', onData).off('end', onEnd).off('close', onClose).pause();
      stop.removeEventListener('abort', onStop);
      if (error === undefined) resolve();
      else reject(error as Error);
    };
    const wait = () => {
      pace.run();
      request.resume();
    };
    const onData = (chunk: Buffer) => {
      pace.rest();
      pace.arrived(chunk.length);
      request.pause();
      take(chunk).then(() => {
        if (!stop.aborted) wait();
      }, settle);
    };
    const onEnd = () => settle();
    const onClose = () =>
      settle(new DarkroomError('upload_interrupted', 'The connection broke before the form had arrived'));
    const onStop = () => settle(stop.reason);

    // A broken connection emits `error` besides `close`. Without a listener it would throw.
    request.on('error', () => {});
    if (request.destroyed) return onClose();
    if (stop.aborted) return onStop();
    stop.addEventListener('abort', onStop);
    request.on('data', onData).once('end', onEnd).once('close', onClose);
    wait();
  });
}

const tooSlow = (what: string): DarkroomError =>
  new DarkroomError('upload_timeout', `The client sent ${what} of the form`);
