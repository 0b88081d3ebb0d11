/** The body of a request, chunk by chunk, with what can go wrong while it arrives. */
import type { IncomingMessage } from 'node:http';
import { DarkroomError } from '../../errors.ts';
import { LEAST, Pace } from '../../net/pace.ts';

/**
 * Gives `take` each chunk, and reads no further until it has settled. Resolves when the body has ended.
 * Rejects with `upload_interrupted` when the client goes away, with `upload_timeout` when it sends less
 * than 64 KiB in `idleMs`, with what `take` throws, and at once with the reason of `stop`. The request is left paused, never
 * destroyed: its connection must still carry the answer.
 */
export function feed(
  request: IncomingMessage,
  { idleMs, stop }: { idleMs: number; stop: AbortSignal },
  take: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const pace = new Pace(idleMs, () => settle(tooSlow(idleMs)));
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

    // A broken connection is an error as well as a close, and throws without a listener.
    request.on('error', () => {});
    if (request.destroyed) return onClose();
    if (stop.aborted) return onStop();
    stop.addEventListener('abort', onStop);
    request.on('data', onData).once('end', onEnd).once('close', onClose);
    wait();
  });
}

const tooSlow = (idleMs: number): DarkroomError =>
  new DarkroomError('upload_timeout', `Less than ${LEAST} of the form arrived in ${idleMs / 1000} seconds`);
